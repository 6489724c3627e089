import { randomBytes } from "node:crypto";
import { TypeID, typeidUnboxed } from "typeid-js";
import { ID_PREFIXES } from "../domain/ids.ts";

/** A new UUIDv7, as stored: ids made later sort later. */
export function newUuid(): string {
  return TypeID.fromString(typeidUnboxed()).toUUID();
}

/** A new correlation id, `cor_…`. */
export function newCorrelationId(): string {
  return typeidUnboxed(ID_PREFIXES.correlation);
}

/** `bytes` random bytes as base64url: for secrets that are shown once. */
export function randomSecret(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

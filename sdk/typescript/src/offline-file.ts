import { CompactSign, calculateJwkThumbprint } from "jose";
import { fromBase64url, sha256, utf8 } from "./encoding.ts";
import { type JwsReason, SignetError, tokenInvalid } from "./errors.ts";
import { importPublicKey, jsonOf, payloadOf, readJws } from "./jws.ts";
import { type ArmourDefect, nameOf, readArmour, writeArmour } from "./offline-armour.ts";
import { isRecord, type UnknownRecord } from "./shapes.ts";
import type { PublicKeyJwk } from "./wire.ts";
import type {
  OfflineDeactivationClaims,
  OfflineJournalClaims,
  OfflineRequestClaims,
} from "./wire-offline.ts";

/** The `typ` of each file that a device signs. */
export const DEVICE_FILE_TYPES = {
  request: "signet-offline-request+jwt",
  deactivation: "signet-offline-deactivation+jwt",
  journal: "signet-offline-journal+jwt",
} as const;
export type DeviceFileKind = keyof typeof DEVICE_FILE_TYPES;

export interface DeviceFileClaims {
  readonly request: OfflineRequestClaims;
  readonly deactivation: OfflineDeactivationClaims;
  readonly journal: OfflineJournalClaims;
}

/** What is wrong with a device's file: its text, its form, or its signature. */
export type DeviceFileDefect = ArmourDefect | JwsReason | "payload" | "device_key";

export type DeviceFileReading =
  | {
      readonly ok: true;
      /** Signed by the key it names; its other fields are still to be read. */
      readonly payload: UnknownRecord;
      /** RFC 7638 thumbprint of the key that signed it. */
      readonly thumbprint: string;
      /** base64url SHA-256 of the compact JWS: the same file, however its text was wrapped, has the same. */
      readonly hash: string;
    }
  | { readonly ok: false; readonly defect: DeviceFileDefect; readonly sentence: string };

/** The text of a file, signed by the device's private key. */
export async function writeDeviceFile<Kind extends DeviceFileKind>(
  kind: Kind,
  claims: DeviceFileClaims[Kind],
  privateKey: CryptoKey,
): Promise<string> {
  const jws = await new CompactSign(utf8(JSON.stringify(claims)))
    .setProtectedHeader({ alg: "EdDSA", typ: DEVICE_FILE_TYPES[kind] })
    .sign(privateKey);
  return writeArmour(kind, jws);
}

/**
 * Reads a file that a device signed, and checks that the key in it did. Never rejects; a defect comes with a sentence that
 * says which part is wrong and what to do.
 */
export async function readDeviceFile(kind: DeviceFileKind, text: string): Promise<DeviceFileReading> {
  const armour = readArmour(kind, text);
  if (!armour.ok) return armour;
  const { jws } = armour;
  try {
    const unverified = readJws(jws, DEVICE_FILE_TYPES[kind], tokenInvalid);
    const claimed = jsonOf(fromBase64url(jws.split(".")[1] ?? "") ?? new Uint8Array());
    if (!isRecord(claimed)) return defect(kind, "payload");
    const { deviceKey } = claimed;
    if (!isDeviceKey(deviceKey)) return defect(kind, "device_key");
    await payloadOf(unverified, await importPublicKey(deviceKey), tokenInvalid);
    const thumbprint = await calculateJwkThumbprint({ kty: "OKP", crv: "Ed25519", x: deviceKey.x });
    return { ok: true, payload: claimed, thumbprint, hash: await sha256(jws) };
  } catch (error) {
    const reason = error instanceof SignetError ? error.reason : undefined;
    return defect(kind, isJwsReason(reason) ? reason : "device_key");
  }
}

function isDeviceKey(value: unknown): value is PublicKeyJwk {
  return (
    isRecord(value) &&
    value.kty === "OKP" &&
    value.crv === "Ed25519" &&
    typeof value.x === "string" &&
    fromBase64url(value.x)?.length === 32
  );
}

const SENTENCES: Readonly<Record<JwsReason | "payload" | "device_key", (name: string) => string>> = {
  malformed: (name) => `The ${name} is damaged: its text was changed on the way; send it again as a file.`,
  algorithm: (name) => `The ${name} is signed by another method than EdDSA; make it with Signet's SDK.`,
  type: (name) => `What the ${name} holds is something else than its first line says; make a new one.`,
  header: (name) => `The ${name}'s header asks for what Signet does not do; make it with Signet's SDK.`,
  signature: (name) => `The ${name} was changed after it was signed; make a new one on the machine.`,
  payload: (name) => `The ${name}'s content cannot be read; make a new one on the machine.`,
  device_key: (name) => `The ${name} does not name the device key that signed it; make a new one.`,
};

function isJwsReason(reason: unknown): reason is JwsReason {
  return typeof reason === "string" && Object.hasOwn(SENTENCES, reason);
}

function defect(kind: DeviceFileKind, what: keyof typeof SENTENCES): DeviceFileReading {
  return { ok: false, defect: what, sentence: SENTENCES[what](nameOf(kind)) };
}

import { calculateJwkThumbprint } from "jose";
import { SignetError, tokenInvalid } from "./errors.ts";
import { DEVICE_KEY, readDocument, readOrAddDocument, type StoredDeviceKey } from "./state.ts";
import type { StateStorage } from "./storage.ts";
import type { PublicKeyJwk } from "./wire.ts";

/** This installation's own key: what an activation is bound to. */
export interface DeviceKey {
  readonly publicJwk: PublicKeyJwk;
  /** RFC 7638 thumbprint. */
  readonly thumbprint: string;
}

/** The stored device key, or undefined when this installation has none yet. */
export async function loadDeviceKey(storage: StateStorage): Promise<DeviceKey | undefined> {
  const stored = await readDocument(storage, DEVICE_KEY);
  return stored && deviceKeyOf(stored);
}

export async function loadOrMakeDeviceKey(storage: StateStorage): Promise<DeviceKey> {
  return deviceKeyOf(await readOrAddDocument(storage, DEVICE_KEY, makeKey));
}

/** Signs in this installation's name. */
export async function loadSigningKey(storage: StateStorage): Promise<CryptoKey> {
  const stored = await readDocument(storage, DEVICE_KEY);
  if (stored === undefined) throw tokenInvalid("device_key");
  const { kty, crv, x, d } = stored;
  return crypto.subtle.importKey("jwk", { kty, crv, x, d }, { name: "Ed25519" }, false, ["sign"]);
}

async function makeKey(): Promise<StoredDeviceKey> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new SignetError("unexpected_error");
  const { x, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  if (x === undefined || d === undefined) throw new SignetError("unexpected_error");
  return { kty: "OKP", crv: "Ed25519", x, d };
}

async function deviceKeyOf({ kty, crv, x }: StoredDeviceKey): Promise<DeviceKey> {
  const publicJwk: PublicKeyJwk = { kty, crv, x };
  return { publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) };
}

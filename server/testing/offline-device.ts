import { generateKeyPairSync } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { readArmour } from "#sdk/offline-armour.ts";
import { writeDeviceFile } from "#sdk/offline-file.ts";
import type { OfflineRequestClaims, OfflineResponseClaims } from "#sdk/wire.ts";
import { thumbprint } from "#server/trust/keys.ts";
import { activateRequest } from "./fixtures.ts";

const IAT = Date.parse("2030-01-01") / 1000;

/** A machine without a network: a device key, and the files that it makes. The same name is the same machine. */
export async function createOfflineDevice(name: string) {
  const { privateKey: pair } = generateKeyPairSync("ed25519");
  const { d = "", x = "" } = pair.export({ format: "jwk" });
  const jwk = { kty: "OKP", crv: "Ed25519", d, x };
  const privateKey = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["sign"]);
  const deviceKey = { kty: "OKP", crv: "Ed25519", x } as const;

  return {
    privateKey,
    deviceKey,
    thumbprint: thumbprint(x),

    /** An activation request's claims, fresh with each call. */
    requestClaims(licenseKey: string, change: Partial<OfflineRequestClaims> = {}): OfflineRequestClaims {
      const { requestHash: _hash, correlationId: _id, ...request } = activateRequest(licenseKey, name);
      return { ...request, deviceKey, iat: IAT, trust: 0, ...change };
    },

    request(licenseKey: string, change: Partial<OfflineRequestClaims> = {}): Promise<string> {
      return writeDeviceFile("request", this.requestClaims(licenseKey, change), privateKey);
    },
  };
}

/** What a response file says; its signature is not looked at. */
export function readResponse(text: string): OfflineResponseClaims {
  const armour = readArmour("response", text);
  if (!armour.ok) throw new Error(armour.sentence);
  const payload = Buffer.from(armour.jws.split(".")[1] ?? "", "base64url");
  return JSON.parse(inflateRawSync(payload).toString());
}

import { generateKeyPairSync } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { readArmour } from "#sdk/offline-armour.ts";
import { writeDeviceFile } from "#sdk/offline-file.ts";
import { journalHashes, journalOrigin } from "#sdk/offline-journal.ts";
import type {
  JournalEntry,
  OfflineDeactivationClaims,
  OfflineJournalClaims,
  OfflineRequestClaims,
  OfflineResponseClaims,
} from "#sdk/wire.ts";
import { randomSecret } from "#server/platform/ids.ts";
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

    deactivation(activation: string, change: Partial<OfflineDeactivationClaims> = {}): Promise<string> {
      const claims = { deviceKey, iat: IAT, activation, nonce: randomSecret(16), journal: null, ...change };
      return writeDeviceFile("deactivation", claims, privateKey);
    },

    /** The stretch of a chain from entry `first` on. */
    async journal(
      activation: string,
      chain: readonly JournalEntry[],
      { first = 1, change = {} }: { first?: number; change?: Partial<OfflineJournalClaims> } = {},
    ): Promise<string> {
      const origin = await journalOrigin(activation, thumbprint(x));
      const hashes = [origin, ...(await journalHashes(origin, 1, chain))];
      const claims: OfflineJournalClaims = {
        deviceKey,
        iat: IAT,
        activation,
        first,
        prev: hashes[first - 1] ?? "",
        entries: chain.slice(first - 1),
        head: hashes.at(-1) ?? "",
        ...change,
      };
      return writeDeviceFile("journal", claims, privateKey);
    },
  };
}

/** One use of a ticket, as a journal says it. */
export function use(ticket: string, amount: number, closes = false): JournalEntry {
  return { ticket, amount, at: IAT, closes };
}

/** What a response file says; its signature is not looked at. */
export function readResponse(text: string): OfflineResponseClaims {
  const armour = readArmour("response", text);
  if (!armour.ok) throw new Error(armour.sentence);
  const payload = Buffer.from(armour.jws.split(".")[1] ?? "", "base64url");
  return JSON.parse(inflateRawSync(payload).toString());
}

import fc from "fast-check";
import { CompactSign } from "jose";
import { beforeAll, expect, test } from "vitest";
import { fromBase64url, sha256, toBase64url, utf8 } from "./encoding.ts";
import { readArmour, writeArmour } from "./offline-armour.ts";
import { DEVICE_FILE_TYPES, type DeviceFileKind, readDeviceFile, writeDeviceFile } from "./offline-file.ts";
import { journalHashes, journalOrigin } from "./offline-journal.ts";
import type { OfflineRequestClaims } from "./wire-offline.ts";

let privateKey: CryptoKey;
let claims: OfflineRequestClaims;
let file: string;
let jws: string;

beforeAll(async () => {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("no pair");
  ({ privateKey } = pair);
  const { x = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  claims = {
    licenseKey: "RENDER-K97E5-M0C93-5EK9E-705R1-DGC7S",
    product: "renderer",
    fingerprint: { machine: "m".repeat(43) },
    deviceKey: { kty: "OKP", crv: "Ed25519", x },
    nonce: "n".repeat(16),
    iat: 1_893_456_000,
    trust: 3,
    tickets: [{ id: "job-42", meter: "credits", amount: 5 }],
  };
  file = await writeDeviceFile("request", claims, privateKey);
  const armour = readArmour("request", file);
  jws = armour.ok ? armour.jws : "";
});

const defectOf = async (text: string, kind: DeviceFileKind = "request") => {
  const read = await readDeviceFile(kind, text);
  return read.ok ? "none" : read.defect;
};

/** The file with another header, signed by the same key. */
async function headed(header: object, payload: string = JSON.stringify(claims)): Promise<string> {
  const signed = await new CompactSign(utf8(payload))
    .setProtectedHeader({ alg: "EdDSA", ...header })
    .sign(privateKey);
  return writeArmour("request", signed);
}

const encode = (value: unknown) => toBase64url(utf8(JSON.stringify(value)));

test("a file says what its device signed, with the key's thumbprint and a hash that its wrapping does not change", async () => {
  const read = await readDeviceFile("request", file);
  expect(read).toMatchObject({ ok: true, payload: claims, hash: await sha256(jws) });
  expect(await readDeviceFile("request", file.replaceAll("\n", "\r\n> "))).toEqual(read);
});

test("a change to any field, and any field left out or added, is found", async () => {
  const [header, , signature] = jws.split(".");
  const edited = [
    ...Object.keys(claims).flatMap((field) => [
      { ...claims, [field]: "edited" },
      Object.fromEntries(Object.entries(claims).filter(([name]) => name !== field)),
    ]),
    { ...claims, deviceKey: { ...claims.deviceKey, x: toBase64url(new Uint8Array(32).fill(9)) } },
    { ...claims, more: true },
  ];
  const defects = await Promise.all(
    edited.map((each) => defectOf(writeArmour("request", `${header}.${encode(each)}.${signature}`))),
  );
  expect(defects.length).toBeGreaterThan(16);
  expect(new Set(defects)).toEqual(new Set(["signature", "device_key"]));
});

test("a change to any one character of the file's body is found", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(jws.length - 1), fc.constantFrom(..."AQgwZ9-_."), async (at, character) => {
      const changed = jws.slice(0, at) + character + jws.slice(at + 1);
      if (changed === jws) return;
      const defect = await defectOf(writeArmour("request", changed));
      expect([
        "signature",
        "malformed",
        "algorithm",
        "type",
        "header",
        "payload",
        "device_key",
        "parts",
      ]).toContain(defect);
    }),
    { numRuns: 300 },
  );
});

test("each defect has a name of its own and a sentence that says what to do", async () => {
  const typ = DEVICE_FILE_TYPES.request;
  const [header = "", payload = "", signature = ""] = jws.split(".");
  const none = `${encode({ alg: "none", typ })}.${payload}.${signature}`;
  const defects = {
    algorithm: await readDeviceFile("request", writeArmour("request", none)),
    type: await readDeviceFile("request", await headed({ typ: DEVICE_FILE_TYPES.journal })),
    header: await readDeviceFile("request", await headed({ typ, zip: "DEF" })),
    payload: await readDeviceFile("request", await headed({ typ }, "[]")),
    device_key: await readDeviceFile("request", await headed({ typ }, "{}")),
    signature: await readDeviceFile(
      "request",
      writeArmour("request", `${header}.${payload}.${toBase64url(new Uint8Array(64))}`),
    ),
    malformed: await readDeviceFile("request", writeArmour("request", `${header}.${payload}.A`)),
  };
  for (const [defect, read] of Object.entries(defects))
    expect(read).toEqual({ ok: false, defect, sentence: expect.stringMatching(/^(The|What the) .+; .+\.$/) });
});

test("a file of one kind is no file of another, also under another first line", async () => {
  expect(await defectOf(file, "journal")).toBe("other_kind");
  expect(await defectOf(writeArmour("journal", jws), "journal")).toBe("type");
});

test("a key that a header brings along is not used", async () => {
  const stranger = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if (!("privateKey" in stranger)) throw new Error("no pair");
  const jwk = await crypto.subtle.exportKey("jwk", stranger.publicKey);
  const forged = await new CompactSign(fromBase64url(jws.split(".")[1] ?? "") ?? utf8(""))
    .setProtectedHeader({ alg: "EdDSA", typ: DEVICE_FILE_TYPES.request, jwk })
    .sign(stranger.privateKey);
  expect(await defectOf(writeArmour("request", forged))).toBe("signature");
});

test("nothing that can be signed makes reading throw", async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.string(), async (payload, text) => {
      expect(
        (await readDeviceFile("request", await headed({ typ: DEVICE_FILE_TYPES.request }, payload))).ok,
      ).toBe(false);
      expect((await readDeviceFile("request", text)).ok).toBe(false);
    }),
  );
});

test("the hash of a journal's entry depends on every field of it and on all before it", async () => {
  const entry = { ticket: "a", amount: 1, at: 2, closes: false };
  const origin = await journalOrigin("act_1", "key");
  const chains = [
    await journalHashes(origin, 1, [entry, entry]),
    await journalHashes(await journalOrigin("act_2", "key"), 1, [entry, entry]),
    await journalHashes(await journalOrigin("act_1", "other"), 1, [entry, entry]),
    await journalHashes(origin, 2, [entry, entry]),
    ...(await Promise.all(
      [{ ticket: "b" }, { amount: 3 }, { at: 4 }, { closes: true }].map((change) =>
        journalHashes(origin, 1, [{ ...entry, ...change }, entry]),
      ),
    )),
  ];
  expect(new Set(chains.map((hashes) => hashes.at(-1))).size).toBe(chains.length);
  const [first = "", second] = chains[0] ?? [];
  expect(await journalHashes(first, 2, [entry])).toEqual([second]);
});

// Verifies an exported audit by itself: no entry was changed, dropped or inserted, and the tenant's own keys sealed it. It needs
// Node 20 and this one file, and believes nothing but the root key that you give it:
//
//   node verify-audit.mjs audit.jsonl --root <root key> [--root <an earlier one>] [--earlier audit-of-last-year.jsonl]
//
// With --earlier it also checks that the file goes on from that older export: nobody has written history anew since.
// Ends with 0 if all is well, 1 if not, 2 if it could not look.
import { createHash, createPublicKey, verify } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { inflateRawSync } from "node:zlib";

const USAGE =
  "Usage: node verify-audit.mjs audit.jsonl --root <root key from the portal's Trust page> [--earlier older-export.jsonl]";

class Broken extends Error {}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { root: { type: "string", multiple: true }, earlier: { type: "string" } },
  });
  const [file] = positionals;
  if (file === undefined || values.root === undefined) throw new Error(USAGE);
  const result = await verifyFile(file, values.root);
  if (values.earlier !== undefined) await goesOnFrom(values.earlier, result.hashes);
  const { entries, sealedTo, sealedAt, worthless, trustOn } = result;
  console.log(`Intact: ${entries} entries, sealed up to entry ${sealedTo} on ${sealedAt}.`);
  if (sealedTo < entries) console.log(`Entries ${sealedTo + 1} to ${entries} are not sealed yet.`);
  console.log(`Keys are judged by the tenant's trust bundle of ${trustOn}.`);
  if (worthless > 0)
    console.log(`${worthless} seals by a key that was given up as compromised prove nothing.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof Broken ? 1 : 2;
}

/**
 * @param {string} file
 * @param {readonly string[]} pinned
 */
async function verifyFile(file, pinned) {
  const trust = trustOf(pinned);
  /** @type {string[]} the hash of each entry, by its number */
  const hashes = [""];
  let header;
  let sealedTo = 0;
  let sealedAt = "";
  let worthless = 0;
  for await (const [number, line] of linesOf(file)) {
    if (header === undefined) {
      if (line.signet !== "audit" || line.version !== 1)
        throw new Error("This is no exported audit of Signet, or of a newer one than this program knows.");
      header = line;
    } else if (line.bundle !== undefined) trust.take(line.bundle, header.tenant);
    else if (line.entry !== undefined) hashes.push(followed(line.entry, hashes));
    else if (line.checkpoint !== undefined) {
      const seal = trust.open(line.checkpoint, header.tenant);
      if (seal === undefined) worthless++;
      else {
        if (hashes[seal.seq] !== seal.hash)
          throw new Broken(`Entry ${seal.seq} is not the one that was sealed.`);
        sealedTo = seal.seq;
        sealedAt = new Date(seal.iat * 1000).toISOString();
      }
    } else throw new Broken(`Line ${number} is nothing that an export holds.`);
  }
  const entries = hashes.length - 1;
  if (header === undefined) throw new Error("The file is empty.");
  if (entries !== header.entries)
    throw new Broken(`The export had ${header.entries} entries, and ${entries} are in the file.`);
  if (sealedTo === 0) throw new Broken("Not one checkpoint in the file proves anything.");
  return { entries, sealedTo, sealedAt, worthless, hashes, trustOn: trust.on() };
}

/** @param {string} file */
async function* linesOf(file) {
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    number++;
    let line;
    try {
      line = JSON.parse(text);
    } catch {
      throw new Broken(`Line ${number} cannot be read: the file is cut off or was altered.`);
    }
    yield/** @type {const} */ ([number, line]);
  }
}

/**
 * The hash of the next entry, which must be the one it carries.
 * @param {Record<string, unknown>} entry
 * @param {readonly string[]} hashes
 */
function followed({ prevHash, hash, ...content }, hashes) {
  const seq = hashes.length;
  if (content.seq !== seq) throw new Broken(`Entry ${seq} is missing.`);
  if (prevHash !== hashes.at(-1)) throw new Broken(`Entry ${seq} does not follow the one before it.`);
  const computed = createHash("sha256")
    .update(`${prevHash}\n${canonical(content)}`)
    .digest("base64url");
  if (computed !== hash) throw new Broken(`Entry ${seq} was changed.`);
  return computed;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

/**
 * What may be believed, from the pinned root keys on: the roots they are linked to, the keys that those list.
 * @param {readonly string[]} pinned
 */
function trustOf(pinned) {
  /** @type {Map<string, string>} thumbprint → x */
  const roots = new Map(pinned.map((x) => [thumbprint(x), x]));
  /** @type {Map<string, { x: string, nbf: number, exp: number }>} */
  const keys = new Map();
  /** @type {Set<string>} */
  const compromised = new Set();

  /** @param {readonly { byOld: string, byNew: string }[]} transitions */
  function link(transitions) {
    // Both roots sign that one follows the other, so each vouches for the other one. The list is ordered: once each way.
    for (const transition of [...transitions, ...transitions.toReversed()]) {
      const [by, also] = [read(transition.byOld), read(transition.byNew)];
      const { from, to } = by.claims;
      if (!roots.has(thumbprint(from)) && !roots.has(thumbprint(to))) continue;
      const isSigned =
        by.payload === also.payload &&
        signs(from, by, "signet-root+jwt") &&
        signs(to, also, "signet-root+jwt");
      if (!isSigned) throw new Broken("A change of the root key is not signed by both.");
      for (const x of [from, to]) roots.set(thumbprint(x), x);
    }
  }

  let newest = 0;

  return {
    /** When the newest bundle was signed: what was given up as compromised after that is not known here. */
    on: () => new Date(newest * 1000).toISOString(),

    /**
     * @param {string} jws
     * @param {string} tenant
     */
    take(jws, tenant) {
      const bundle = read(jws);
      link(bundle.claims.roots ?? []);
      const x = roots.get(bundle.kid);
      if (x === undefined)
        throw new Broken(
          `Trust bundle ${bundle.claims.seq} is signed by a root key that the given one is not linked to. If you know that one, give it by --root too.`,
        );
      if (!signs(x, bundle, "signet-trust+jwt") || bundle.claims.tenant !== tenant)
        throw new Broken(`Trust bundle ${bundle.claims.seq} is not this tenant's, or was altered.`);
      newest = Math.max(newest, bundle.claims.iat);
      for (const kid of bundle.claims.revocations.keys) compromised.add(kid);
      for (const key of bundle.claims.keys) if (key.use === "receipt") keys.set(key.kid, key);
    },

    /**
     * What a checkpoint says; undefined when its key was given up as compromised.
     * @param {string} jws
     * @param {string} tenant
     */
    open(jws, tenant) {
      const seal = read(jws);
      if (compromised.has(seal.kid)) return undefined;
      const key = keys.get(seal.kid);
      const { iss, iat, seq } = seal.claims;
      const isGood =
        key !== undefined &&
        iss === tenant &&
        key.nbf <= iat &&
        iat < key.exp &&
        signs(key.x, seal, "signet-audit-checkpoint+jwt");
      if (!isGood) throw new Broken(`The seal of entry ${seq} is not by a key of this tenant.`);
      return seal.claims;
    },
  };
}

/**
 * A compact JWS, not verified.
 * @param {string} jws
 */
function read(jws) {
  try {
    const [head = "", payload = "", signature = ""] = jws.split(".");
    const header = JSON.parse(Buffer.from(head, "base64url").toString());
    const bytes = Buffer.from(payload, "base64url");
    const claims = JSON.parse((header.zip === "DEF" ? inflateRawSync(bytes) : bytes).toString());
    return { header, kid: header.kid, claims, payload, signature, input: `${head}.${payload}` };
  } catch {
    throw new Broken("A signed text in the file cannot be read: it was cut off or altered.");
  }
}

/**
 * @param {string} x
 * @param {ReturnType<typeof read>} jws
 * @param {string} typ
 */
function signs(x, { header, input, signature }, typ) {
  if (header.alg !== "EdDSA" || header.typ !== typ) return false;
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return verify(null, Buffer.from(input, "ascii"), key, Buffer.from(signature, "base64url"));
}

/** @param {string} x */
function thumbprint(x) {
  return createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
}

/**
 * @param {string} file
 * @param {readonly string[]} hashes
 */
async function goesOnFrom(file, hashes) {
  for await (const [, { entry }] of linesOf(file))
    if (entry !== undefined && hashes[entry.seq] !== entry.hash)
      throw new Broken(`Entry ${entry.seq} is another than in the earlier export: history was written anew.`);
}

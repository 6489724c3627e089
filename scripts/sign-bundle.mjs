// Signs a prepared trust bundle with a root key that is kept away from the server. It needs Node 20 and this one file:
//
//   node sign-bundle.mjs root-key.pem prepared.txt > signed.txt
//
// The passphrase is asked for, or taken from SIGNET_ROOT_PASSPHRASE. What is signed is said first, on the error output.
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { inflateRawSync } from "node:zlib";

const USAGE = "Usage: node sign-bundle.mjs root-key.pem prepared.txt > signed.txt";

try {
  const [keyFile, bundleFile] = process.argv.slice(2);
  if (keyFile === undefined || bundleFile === undefined) throw new Error(USAGE);
  const input = readFileSync(bundleFile, "utf8").trim();
  const { header, claims } = read(input);
  const key = open(readFileSync(keyFile, "utf8"), await passphrase());
  if (header.kid !== thumbprint(key))
    throw new Error(`The bundle is to be signed by the root key ${header.kid}; the file holds another one.`);
  console.error(described(claims));
  process.stdout.write(`${input}.${sign(null, Buffer.from(input, "ascii"), key).toString("base64url")}\n`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @param {string} input */
function read(input) {
  const [head, body, ...rest] = input.split(".");
  try {
    const header = JSON.parse(Buffer.from(head ?? "", "base64url").toString());
    const claims = JSON.parse(inflateRawSync(Buffer.from(body ?? "", "base64url")).toString());
    if (rest.length === 0 && header.typ === "signet-trust+jwt" && header.alg === "EdDSA")
      return { header, claims };
  } catch {
    // Whatever it is, it is not what the portal prepared.
  }
  throw new Error("This is no prepared trust bundle; copy the whole text that the portal shows.");
}

async function passphrase() {
  if (process.env.SIGNET_ROOT_PASSPHRASE !== undefined) return process.env.SIGNET_ROOT_PASSPHRASE;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("Passphrase of the root key: ");
  terminal.close();
  return answer;
}

/**
 * @param {string} pem
 * @param {string} secret
 */
function open(pem, secret) {
  try {
    return createPrivateKey({ key: pem, format: "pem", passphrase: secret });
  } catch (cause) {
    throw new Error("The passphrase does not open this key file.", { cause });
  }
}

/** @param {import("node:crypto").KeyObject} key */
function thumbprint(key) {
  const { x } = createPublicKey(key).export({ format: "jwk" });
  return createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
}

/** @param {{ tenant: string, seq: number, exp: number, keys: { use: string, status: string, kid: string }[], revocations: { licenses: { count: number }, activations: string[], keys: string[] } }} claims */
function described({ tenant, seq, exp, keys, revocations }) {
  const { licenses, activations, keys: revoked } = revocations;
  return [
    `Trust bundle ${seq} of ${tenant}, good until ${new Date(exp * 1000).toISOString()}.`,
    ...keys.map(({ use, status, kid }) => `  ${use} key, ${status}: ${kid}`),
    ...revoked.map((kid) => `  no longer trusted: ${kid}`),
    `  revoked: ${licenses.count} licenses, ${activations.length} activations`,
  ].join("\n");
}

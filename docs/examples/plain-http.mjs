// A Signet client without the SDK: Node's own crypto, and one request. Needs SIGNET_SERVER, SIGNET_TENANT, SIGNET_ROOT_KEY,
// SIGNET_PRODUCT and SIGNET_LICENSE_KEY.
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, verify } from "node:crypto";
import { inflateRawSync } from "node:zlib";

const env = (name) => process.env[`SIGNET_${name}`] ?? fail(`Set SIGNET_${name}.`);
const url = `${env("SERVER")}/v1/${env("TENANT")}`;
const sha256 = (text) => createHash("sha256").update(text).digest("base64url");

const device = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
const fingerprint = { machine: sha256("what tells this machine from others") };
const nonce = randomBytes(16).toString("base64url");
const body = JSON.stringify({
  licenseKey: env("LICENSE_KEY"),
  product: env("PRODUCT"),
  fingerprint,
  deviceKey: { kty: device.kty, crv: device.crv, x: device.x },
  nonce,
});
const headers = { "content-type": "application/json" };
const answer = await (await fetch(`${url}/activations`, { method: "POST", headers, body })).json();
if (answer.token === undefined) fail(`${answer.title} (${answer.code}), ${answer.correlationId}`);

// The root key verifies the bundle, the bundle's keys verify the token.
const { bundle } = await (await fetch(`${url}/trust`)).json();
const trust = claimsOf(bundle, env("ROOT_KEY"), "signet-trust+jwt");
const { kid } = headerOf(answer.token);
const key = trust.keys.find((each) => each.kid === kid && each.use === "activation") ?? fail("unknown key");
const token = claimsOf(answer.token, key.x, "signet-activation+jwt");

const now = Date.now() / 1000;
const believed =
  trust.exp > now && // not frozen
  token.exp > now &&
  token.iss === trust.tenant &&
  token.aud === env("PRODUCT") &&
  token.nonce === nonce && // it answers this request
  token.req === sha256(body) &&
  token.fingerprint === sha256(`machine=${fingerprint.machine}`); // and is bound to this device
if (!believed) fail("The answer is not to be believed.");
console.log(`Activated ${token.sub} with`, token.features);

function claimsOf(jws, x, type) {
  const [header, payload, signature] = jws.split(".");
  const { alg, typ, zip } = headerOf(jws);
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signed = Buffer.from(`${header}.${payload}`);
  // Algorithm and type are pinned: a token never says how it is to be verified.
  const isGood =
    alg === "EdDSA" && typ === type && verify(null, signed, publicKey, Buffer.from(signature, "base64url"));
  if (!isGood) fail(`This is no ${type} signed by the expected key.`);
  const bytes = Buffer.from(payload, "base64url");
  return JSON.parse(zip === "DEF" ? inflateRawSync(bytes) : bytes);
}

function headerOf(jws) {
  return JSON.parse(Buffer.from(jws.split(".")[0], "base64url"));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

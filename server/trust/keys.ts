import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";

/** A fresh Ed25519 key pair: the public `x`, its thumbprint, and the private part as PKCS#8 to be sealed at once. */
export interface NewKey {
  readonly publicX: string;
  readonly kid: string;
  readonly pkcs8: Buffer;
}

export function generateKey(): NewKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const publicX = publicXOf(publicKey);
  return { publicX, kid: thumbprint(publicX), pkcs8: privateKey.export({ format: "der", type: "pkcs8" }) };
}

/** The public `x` of either part of an Ed25519 key. */
export function publicXOf(key: KeyObject): string {
  const { x } = key.export({ format: "jwk" });
  if (x === undefined) throw new Error("An Ed25519 key without x.");
  return x;
}

/** RFC 7638 thumbprint of the Ed25519 public key with this `x`: its members in lexical order, as the RFC demands. */
export function thumbprint(x: string): string {
  return createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
}

export function openPrivateKey(pkcs8: Buffer): KeyObject {
  return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
}

export function openPublicKey(x: string): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

/** A compact JWS: the text and its Ed25519 signature. */
export function signText(input: string, privateKey: KeyObject): string {
  return `${input}.${sign(null, Buffer.from(input, "ascii"), privateKey).toString("base64url")}`;
}

export function verifiesText(jws: string, publicKey: KeyObject): boolean {
  const end = jws.lastIndexOf(".");
  const signature = jws.slice(end + 1);
  const bytes = Buffer.from(signature, "base64url");
  // One spelling of a signature only: another would be another bundle to whoever compares their hashes.
  if (bytes.toString("base64url") !== signature) return false;
  return verify(null, Buffer.from(jws.slice(0, end), "ascii"), publicKey, bytes);
}

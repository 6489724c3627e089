import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";

/** A fresh Ed25519 key pair: the public `x`, its thumbprint, and the private part as PKCS#8 to be sealed at once. */
export interface NewKey {
  readonly publicX: string;
  readonly kid: string;
  readonly pkcs8: Buffer;
}

export function generateKey(): NewKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const publicX = publicKey.export({ format: "jwk" }).x;
  if (publicX === undefined) throw new Error("An Ed25519 key without x.");
  return { publicX, kid: thumbprint(publicX), pkcs8: privateKey.export({ format: "der", type: "pkcs8" }) };
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

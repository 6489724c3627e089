import { type Bytes, utf8 } from "./encoding.ts";

type Verifier = (text: string, signature: Bytes) => boolean | Promise<boolean>;

const verifiers = new WeakMap<CryptoKey, Verifier>();

/** Whether this key has signed this text. */
export async function isSigned(text: string, signature: Bytes, key: CryptoKey): Promise<boolean> {
  const verifier = verifiers.get(key) ?? nodeVerifier(key) ?? webVerifier(key);
  verifiers.set(key, verifier);
  return verifier(text, signature);
}

/**
 * Where there is Node: WebCrypto there takes half as long again, for the way to another thread and back. Nothing of Node is
 * imported, so that bundlers for browsers find nothing.
 */
function nodeVerifier(key: CryptoKey): Verifier | undefined {
  const node = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (node === undefined) return undefined;
  try {
    const nodeKey = node.KeyObject.from(key);
    const { Buffer } = globalThis.process.getBuiltinModule("node:buffer");
    return (text, signature) => node.verify(null, Buffer.from(text), nodeKey, signature);
  } catch {
    // What is like Node need not know all of it.
    return undefined;
  }
}

function webVerifier(key: CryptoKey): Verifier {
  return (text, signature) => crypto.subtle.verify("Ed25519", key, signature, utf8(text));
}

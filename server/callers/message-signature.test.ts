import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { type InnerList, parseDictionary } from "structured-headers";
import { expect, test } from "vitest";
import { readSignature, type SignedRequest, signatureBase } from "./message-signature.ts";

const BODY = Buffer.from('{"hello": "world"}');
const NONCE = "nonce-of-16-chars-or-more";

function request(headers: Record<string, string>, change: Partial<SignedRequest> = {}): SignedRequest {
  return {
    method: "POST",
    authority: "Example.com",
    target: "/foo?param=Value&Pet=dog",
    body: BODY,
    header: (name) => headers[name],
    ...change,
  };
}

test("the test vector of RFC 9421, B.2.6, verifies", () => {
  const input =
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
  const message = request({
    date: "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-length": "18",
  });
  const list = parseDictionary(input).get("sig-b26") as InnerList;
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs" },
    format: "jwk",
  });
  const signature =
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
  const base = signatureBase(message, list) ?? "";
  expect(verify(null, Buffer.from(base), key, Buffer.from(signature, "base64"))).toBe(true);
});

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const COVERED = '"@method" "@authority" "@path" "@query" "content-digest"';
const PARAMETERS = `;created=1618884473;keyid="apk_1";nonce="${NONCE}"`;
const DIGEST = { "content-digest": `sha-256=:${createHash("sha256").update(BODY).digest("base64")}:` };

function signed(covered = COVERED, parameters = PARAMETERS, headers: Record<string, string> = DIGEST) {
  const input = `sig=(${covered})${parameters}`;
  const list = parseDictionary(input).get("sig") as InnerList;
  const signature = sign(null, Buffer.from(signatureBase(request(headers), list) ?? ""), privateKey);
  return { ...headers, "signature-input": input, signature: `sig=:${signature.toString("base64")}:` };
}

function verifies(message: SignedRequest): boolean {
  const read = readSignature(message);
  return read !== undefined && verify(null, Buffer.from(read.base), publicKey, read.signature);
}

test("a request signed over all that it asks for is read", () => {
  expect(readSignature(request(signed()))).toMatchObject({
    keyId: "apk_1",
    nonce: NONCE,
    created: 1618884473,
    expires: undefined,
  });
  expect(verifies(request(signed()))).toBe(true);
});

test.each([
  ["method", { method: "GET" }],
  ["host", { authority: "example.org" }],
  ["path", { target: "/bar?param=Value&Pet=dog" }],
  ["query", { target: "/foo?param=Value&Pet=cat" }],
  ["body", { body: Buffer.from('{"hello": "there"}') }],
])("another %s than the signed one does not verify", (_what, change) => {
  expect(verifies(request(signed(), change))).toBe(false);
});

test.each([
  ...["@method", "@authority", "@path", "@query", "content-digest"].map((name) => [
    `without ${name}`,
    signed(COVERED.replace(`"${name}"`, "")),
  ]),
  ["without a nonce", signed(COVERED, ';created=1618884473;keyid="apk_1"')],
  ["with a short nonce", signed(COVERED, ';created=1618884473;keyid="apk_1";nonce="short"')],
  ["without its time", signed(COVERED, `;keyid="apk_1";nonce="${NONCE}"`)],
  ["without a key", signed(COVERED, `;created=1;nonce="${NONCE}"`)],
  ["by another algorithm", signed(COVERED, `${PARAMETERS};alg="hmac-sha256"`)],
  ["over a component twice", signed(`${COVERED} "@method"`)],
  ["over a component of a response", signed(`${COVERED} "@status"`)],
  ["beside another signature", { ...signed(), signature: `${signed().signature}, b=:AAAA:` }],
  ["by a digest nobody knows", signed(COVERED, PARAMETERS, { "content-digest": "md5=:AAAA:" })],
  ["in no form at all", { "signature-input": "sig=(", signature: "sig=::" }],
] as [string, Record<string, string>][])("a signature %s is not read", (_what, headers) => {
  expect(readSignature(request(headers))).toBeUndefined();
});

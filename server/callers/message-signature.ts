import { createHash, timingSafeEqual } from "node:crypto";
import { type InnerList, parseDictionary, serializeInnerList } from "structured-headers";

/** What of a request its signature can cover. */
export interface SignedRequest {
  readonly method: string;
  /** The host, and its port where that is not the usual one. */
  readonly authority: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  readonly body: Buffer | undefined;
  header(name: string): string | undefined;
}

/** An HTTP message signature (RFC 9421) as it came, not yet verified. */
export interface ReadSignature {
  readonly keyId: string;
  readonly nonce: string;
  /** Seconds. */
  readonly created: number;
  readonly expires: number | undefined;
  readonly signature: Buffer;
  /** What is signed. */
  readonly base: string;
}

const COVERED = ["@method", "@authority", "@path", "@query"];
const NONCE = /^[\x21-\x7e]{16,128}$/;

/**
 * The one signature of a request, if it covers all that the request asks for: method, host, path, query and body, when it was
 * made, by which key, and a nonce. Undefined otherwise.
 */
export function readSignature(request: SignedRequest): ReadSignature | undefined {
  const [input, ...others] = dictionary(request.header("signature-input"));
  const [sent, ...otherSent] = dictionary(request.header("signature"));
  if (input === undefined || sent === undefined || others.length + otherSent.length > 0) return undefined;
  const [label, list] = input;
  const [sentLabel, [value]] = sent;
  if (label !== sentLabel || !isInnerList(list) || !(value instanceof ArrayBuffer)) return undefined;
  const [items, parameters] = list;
  const covered = items.map(([name]) => name);
  const hasBody = request.body !== undefined && request.body.length > 0;
  if ([...COVERED, ...(hasBody ? ["content-digest"] : [])].some((name) => !covered.includes(name)))
    return undefined;
  if (hasBody && !digestMatches(request)) return undefined;

  const [keyId, nonce, created, expires, alg] = ["keyid", "nonce", "created", "expires", "alg"].map((name) =>
    parameters.get(name),
  );
  if (typeof keyId !== "string" || typeof nonce !== "string" || !NONCE.test(nonce)) return undefined;
  if (!isSeconds(created) || !(expires === undefined || isSeconds(expires))) return undefined;
  if (alg !== undefined && alg !== "ed25519") return undefined;
  const base = signatureBase(request, list);
  return base === undefined
    ? undefined
    : { keyId, nonce, created, expires, signature: Buffer.from(value), base };
}

/** The text that is signed (RFC 9421, 2.5), or undefined when a component is not of this request or is asked for in a special form. */
export function signatureBase(request: SignedRequest, list: InnerList): string | undefined {
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const [name, parameters] of list[0]) {
    if (typeof name !== "string" || parameters.size > 0 || seen.has(name)) return undefined;
    seen.add(name);
    const value = componentOf(request, name);
    if (value === undefined) return undefined;
    lines.push(`"${name}": ${value}`);
  }
  return [...lines, `"@signature-params": ${serializeInnerList(list)}`].join("\n");
}

function componentOf(request: SignedRequest, name: string): string | undefined {
  const [path = "", ...query] = request.target.split("?");
  switch (name) {
    case "@method":
      return request.method;
    case "@authority":
      return request.authority.toLowerCase();
    case "@path":
      return path === "" ? "/" : path;
    case "@query":
      return `?${query.join("?")}`;
    default:
      return name.startsWith("@") ? undefined : request.header(name)?.trim();
  }
}

/** Whether the body is the one that Content-Digest (RFC 9530) tells of. */
function digestMatches(request: SignedRequest): boolean {
  const digests = new Map(dictionary(request.header("content-digest")));
  for (const [name, algorithm] of [
    ["sha-256", "sha256"],
    ["sha-512", "sha512"],
  ] as const) {
    const told = digests.get(name)?.[0];
    if (!(told instanceof ArrayBuffer)) continue;
    const digest = createHash(algorithm)
      .update(request.body ?? "")
      .digest();
    const bytes = Buffer.from(told);
    return bytes.length === digest.length && timingSafeEqual(bytes, digest);
  }
  return false;
}

function dictionary(text: string | undefined) {
  try {
    return text === undefined ? [] : [...parseDictionary(text)];
  } catch {
    return [];
  }
}

function isInnerList(member: unknown): member is InnerList {
  return Array.isArray(member) && Array.isArray(member[0]);
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

import { createHash } from "node:crypto";
import { ID_PREFIXES, publicId, storedId } from "./ids.ts";

/** Bound to an API key's look-up hash, where it is made and where it is checked. */
export const API_KEY_PURPOSE = "api-key";
/** Of random bytes in a key, which no guessing reaches. */
export const API_KEY_SECRET_BYTES = 32;

const FORM = /^(sk_([0-9a-z]{26})_[A-Za-z0-9_-]{43})([A-Za-z0-9_-]{6})$/;
const PREFIX = "sk_";

/** `sk_`, the tenant, the secret (base64url) and a check of all that, so that a mistyped key is known without asking. */
export function formatApiKey(tenantId: string, secret: string): string {
  const tenant = publicId("tenant", tenantId).slice(ID_PREFIXES.tenant.length + 1);
  const body = `${PREFIX}${tenant}_${secret}`;
  return body + checkOf(body);
}

/** Whether a credential is meant to be an API key, right or wrong. */
export function looksLikeApiKey(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** The tenant a well-formed key names, or undefined when it is mistyped. */
export function tenantOfApiKey(text: string): string | undefined {
  const [, body, tenant, check] = FORM.exec(text) ?? [];
  if (body === undefined || check !== checkOf(body)) return undefined;
  return storedId("tenant", `${ID_PREFIXES.tenant}_${tenant}`);
}

function checkOf(body: string): string {
  return createHash("sha256").update(body).digest("base64url").slice(0, 6);
}

import { createHash } from "node:crypto";
import { SignetError } from "../domain/errors.ts";
import { publicId, storedId } from "../domain/ids.ts";
import { randomSecret } from "../platform/ids.ts";

/** A new link's token, which names its tenant because invitations can only be read within one, and the hash that is kept of it. */
export function newToken(tenantId: string): { token: string; tokenHash: string } {
  const secret = randomSecret(32);
  return { token: `${publicId("tenant", tenantId)}.${secret}`, tokenHash: hashSecret(secret) };
}

/** Throws `not_found` when it is not the form of a token. */
export function parseToken(token: string): { tenantId: string; tokenHash: string } {
  const [tenant = "", secret = ""] = token.split(".");
  const tenantId = storedId("tenant", tenant);
  if (tenantId === undefined) throw notALink();
  return { tenantId, tokenHash: hashSecret(secret) };
}

export function notALink(): SignetError {
  return unusable("This invitation link is not valid; check that it was copied whole.");
}

/** A link that cannot be used, and the sentence that tells whoever opened it why. */
export function unusable(sentence: string): SignetError {
  return new SignetError("not_found", sentence);
}

function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

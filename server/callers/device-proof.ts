import { createHash } from "node:crypto";
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from "jose";
import { z } from "zod";
import type { SignedRequest } from "./message-signature.ts";

/** What a device proof (DPoP, RFC 9449) must be for. */
export interface ProvenUse {
  readonly request: Pick<SignedRequest, "method" | "authority" | "target">;
  /** The activation token beside it. */
  readonly token: string;
  /** RFC 7638 thumbprint of the device key the token is bound to. */
  readonly deviceKey: string;
}

const claims = z.object({
  jti: z.string().min(16).max(128),
  htm: z.string(),
  htu: z.url({ protocol: /^https?$/ }),
  iat: z.int(),
  ath: z.string(),
});

/** The id and time of a proof by the device's own key for this very request and token; undefined whatever is wrong with it. */
export async function readDeviceProof(
  proof: string,
  { request, token, deviceKey }: ProvenUse,
  now: Date,
): Promise<{ readonly id: string; readonly at: number } | undefined> {
  try {
    const { payload, key } = await jwtVerify(proof, EmbeddedJWK, {
      typ: "dpop+jwt",
      algorithms: ["EdDSA"],
      currentDate: now,
    });
    const { jti, htm, htu, iat, ath } = claims.parse(payload);
    const isBound =
      (await calculateJwkThumbprint(key)) === deviceKey &&
      htm === request.method &&
      isSamePlace(htu, request) &&
      ath === createHash("sha256").update(token).digest("base64url");
    return isBound ? { id: jti, at: iat } : undefined;
  } catch {
    return undefined;
  }
}

/** Host and path; not the scheme, since TLS ends before us, nor the query, which a proof leaves out. */
function isSamePlace(htu: string, { authority, target }: ProvenUse["request"]): boolean {
  const told = new URL(htu);
  const asked = new URL(target, `${told.protocol}//${authority}`);
  return told.host === asked.host && told.pathname === asked.pathname;
}

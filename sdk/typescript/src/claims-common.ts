import { isCount, isText, type UnknownRecord } from "./shapes.ts";
import type { CommonClaims } from "./wire.ts";

export function hasCommonClaims(claims: UnknownRecord): claims is UnknownRecord & CommonClaims {
  return (
    isText(claims.iss) &&
    isText(claims.aud) &&
    isText(claims.sub) &&
    isText(claims.jti) &&
    isText(claims.cid) &&
    isCount(claims.iat) &&
    isCount(claims.exp) &&
    isCount(claims.trust)
  );
}

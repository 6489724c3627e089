import type { Doors } from "../doors.ts";
import { defineOperation, NOTHING, type Operation, reply } from "../operation.ts";
import { jwksResponse, tenantParams, trustResponse } from "../schemas.ts";
import type { TrustService } from "../services.ts";

const ETAG = { etag: "Changes with the bundle.", "cache-control": "How long it may be kept." };
const CACHE = "public, max-age=60";

/** What an app verifies by: public to anybody, cacheable, and signed by the tenant's root. */
export function trustOperations(doors: Doors, trust: TrustService): Operation[] {
  return [
    defineOperation({
      id: "trust",
      method: "GET",
      path: "/v1/{tenant}/trust",
      summary: "The trust bundle in force",
      description:
        "The keys that sign tokens now and next, and what was revoked, signed by the tenant's root key. Send the ETag as If-None-Match to learn cheaply that nothing has changed.",
      door: doors.tenant,
      params: tenantParams,
      body: NOTHING,
      denials: [],
      responses: {
        200: {
          description:
            "The bundle, as a compact JWS of typ signet-trust+jwt, its payload deflated: zip DEF, raw RFC 1951.",
          schema: trustResponse,
          example: { bundle: "eyJhbGciOiJFZERTQSJ9.eyJzZXEiOjQyfQ.c2lnbmF0dXJl" },
          headers: ETAG,
        },
        304: { description: "The bundle is still the one whose ETag was sent.", headers: ETAG },
      },
      async handle({ context, tenant }) {
        const { jws } = await trust.currentBundle(tenant.id);
        const etag = etagOf(jws);
        const headers = { etag, "cache-control": CACHE };
        return matches(context.request.header("if-none-match"), etag)
          ? reply(304, undefined, headers)
          : reply(200, { bundle: jws }, headers);
      },
    }),
    defineOperation({
      id: "jwks",
      method: "GET",
      path: "/v1/{tenant}/.well-known/jwks.json",
      summary: "The public keys as a plain JWK set",
      description:
        "For JOSE libraries. It is not signed and tells of no revocation: prefer the trust bundle.",
      door: doors.tenant,
      params: tenantParams,
      body: NOTHING,
      denials: [],
      responses: {
        200: {
          description: "The keys.",
          schema: jwksResponse,
          example: {
            keys: [
              {
                kty: "OKP",
                crv: "Ed25519",
                x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
                alg: "EdDSA",
                use: "sig",
              },
            ],
          },
        },
      },
      async handle({ tenant }) {
        return reply(200, await trust.jwks(tenant.id), { "cache-control": CACHE });
      },
    }),
  ];
}

/** The end of the bundle's signature: no two bundles share it, and nothing has to be hashed for it. */
function etagOf(jws: string): string {
  return `"${jws.slice(-32)}"`;
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(",").some((candidate) => {
    const tag = candidate.trim().replace(/^W\//, "");
    return tag === etag || tag === "*";
  });
}

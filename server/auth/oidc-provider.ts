import { z } from "zod";
import { SignetError } from "../domain/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { OidcSettings } from "../platform/oidc-env.ts";

/** The name of the provider in next-auth's addresses: `/api/auth/callback/oidc`. */
export const OIDC = "oidc";

const TIMEOUT_MS = 5_000;
/** How long what the provider says of itself is believed, and how long one that did not answer is left alone. */
const KEPT_MS = 10 * 60_000;
const COOL_DOWN_MS = 10_000;

const discovered = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  id_token_signing_alg_values_supported: z.array(z.string()).default(["RS256"]),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(["client_secret_basic"]),
});
type Discovered = z.output<typeof discovered>;

/** What an ID token says of whoever signed in, as far as it is looked at. */
const idClaims = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  email: z.string().optional(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
  amr: z.array(z.string()).optional(),
  acr: z.string().optional(),
});
export type IdClaims = z.output<typeof idClaims>;

/** Signatures that need no shared secret, the best known first: a token signed by the client's secret proves less. */
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "ES384", "PS384", "RS384", "ES512", "PS512", "RS512"];
const AUTH_METHODS = ["client_secret_basic", "client_secret_post"] as const;

/**
 * The identity provider that people may sign in to the portal with. What it says of itself is asked for once for all who
 * wait, and kept: an address that anybody may call must not make this server call another each time.
 */
export function createOidcProvider({
  settings,
  clock,
  log,
}: {
  settings: OidcSettings;
  clock: Clock;
  log: Logger;
}) {
  const wellKnown = `${settings.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  let known: { readonly answer: Promise<Discovered>; readonly untilMs: number } | undefined;

  async function discover(): Promise<Discovered> {
    const response = await fetch(wellKnown, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
    if (!response.ok) throw new Error(`It answered ${response.status}.`);
    const said = discovered.parse(await response.json());
    if (said.issuer !== settings.issuer)
      throw new Error(`It calls itself ${said.issuer}: set OIDC_ISSUER to exactly that.`);
    return said;
  }

  function remembered(): Promise<Discovered> {
    const nowMs = clock.monotonicMs();
    if (known !== undefined && nowMs < known.untilMs) return known.answer;
    const answer = discover();
    known = { answer, untilMs: nowMs + KEPT_MS };
    answer.catch((error: unknown) => {
      known = { answer, untilMs: clock.monotonicMs() + COOL_DOWN_MS };
      log.error({ err: error, wellKnown }, "the identity provider could not be asked");
    });
    return answer;
  }

  const checks: ("pkce" | "state" | "nonce")[] = ["pkce", "state", "nonce"];

  // In the form of next-auth's providers, but not by its types: the LicenseServer, which is built by the same container, never
  // reaches for the portal's libraries.
  const listed = {
    id: OIDC,
    name: settings.name,
    type: "oauth" as const,
    wellKnown,
    issuer: settings.issuer,
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    idToken: true,
    checks,
    httpOptions: { timeout: TIMEOUT_MS },
    // Who that is here, if anybody, is for the callbacks to find out: next-auth only wants to see an id.
    profile: ({ sub }: IdClaims) => ({ id: sub }),
  };

  return {
    name: settings.name,

    /** For the list of ways to sign in: names the provider, asks it nothing. */
    listed,

    /** With its addresses, to sign in. Throws `overloaded` when it cannot be asked. */
    async resolved() {
      const said = await remembered().catch((cause: unknown) => {
        throw new SignetError("overloaded", `${settings.name} does not answer at present.`, { cause });
      });
      const { wellKnown: _, ...rest } = listed;
      return {
        ...rest,
        authorization: { url: said.authorization_endpoint, params: { scope: "openid email profile" } },
        token: said.token_endpoint,
        jwks_endpoint: said.jwks_uri,
        client: {
          id_token_signed_response_alg:
            ALGORITHMS.find((one) => said.id_token_signing_alg_values_supported.includes(one)) ?? "RS256",
          token_endpoint_auth_method:
            AUTH_METHODS.find((one) => said.token_endpoint_auth_methods_supported.includes(one)) ??
            "client_secret_basic",
        },
      };
    },
  };
}

/** What next-auth hands on of a verified ID token. Throws when it is not what a provider may say. */
export function readIdClaims(profile: unknown): IdClaims {
  return idClaims.parse(profile);
}

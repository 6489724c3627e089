import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from "jose";
import type { Credential } from "#server/domain/credential.ts";
import { type ApiScope, SCOPES } from "#server/domain/scopes.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { PublicFetch } from "#server/platform/public-fetch.ts";
import type { CallersStore } from "./callers-store.ts";

const ALGORITHMS = ["EdDSA", "ES256", "ES384", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];
/** Key sets remembered at most; the oldest go first. */
const KEY_SETS_MAX = 1_000;
const TIMEOUT_MS = 5_000;
/** An unknown key id makes the keys be fetched again at most this often, and so does a provider that does not answer. */
const COOL_DOWN_MS = 30_000;

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** Reads tokens of the identity providers that vendors named. Their keys are fetched once for all who wait for them. */
export function createIdentityProviders(deps: { store: CallersStore; fetch: PublicFetch; clock: Clock }) {
  const { store, fetch, clock } = deps;
  const keySets = new Map<string, KeySet>();

  function keySetOf(url: string): KeySet {
    const known = keySets.get(url);
    if (known !== undefined) return known;
    const [oldest] = keySets.keys();
    if (keySets.size >= KEY_SETS_MAX && oldest !== undefined) keySets.delete(oldest);
    let failedAtMs = Number.NEGATIVE_INFINITY;
    const keySet = createRemoteJWKSet(new URL(url), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: COOL_DOWN_MS,
      async [customFetch](address, options) {
        if (clock.monotonicMs() - failedAtMs < COOL_DOWN_MS)
          throw new Error("The identity provider did not answer a moment ago.");
        try {
          return await fetch(address, options);
        } catch (error) {
          failedAtMs = clock.monotonicMs();
          throw error;
        }
      },
    });
    keySets.set(url, keySet);
    return keySet;
  }

  /** Who the bearer of a provider's token is and what it may do; undefined whatever is wrong with it. */
  return async (
    tenantId: string,
    jws: string,
  ): Promise<{ readonly credential: Credential; readonly scopes: readonly ApiScope[] } | undefined> => {
    try {
      const { iss } = decodeJwt(jws);
      const provider = iss === undefined ? undefined : await store.findIdentityProvider(tenantId, iss);
      if (provider === undefined) return undefined;
      const { payload } = await jwtVerify(jws, keySetOf(provider.jwks_url), {
        algorithms: ALGORITHMS,
        issuer: iss ?? "",
        audience: provider.audience,
        requiredClaims: ["exp", "sub"],
        currentDate: clock.now(),
      });
      const told = payload[provider.scope_claim];
      const values: readonly unknown[] =
        typeof told === "string" ? told.split(" ") : Array.isArray(told) ? told : [];
      const mapped = Object.entries(provider.scope_map).filter(([value]) => values.includes(value));
      return {
        credential: { kind: "identityToken", id: payload.sub ?? "", issuer: iss ?? "" },
        scopes: SCOPES.filter((scope) => mapped.some(([, granted]) => granted === scope)),
      };
    } catch {
      return undefined;
    }
  };
}

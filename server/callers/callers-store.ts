import type { Pool } from "pg";
import type { Clock } from "#server/platform/clock.ts";

/** An API key that may be used now. */
export interface ApiKeyRow {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly expires_at: Date | null;
  /** Of one that signs its requests. */
  readonly public_x: string | null;
}

export interface IdentityProviderRow {
  readonly jwks_url: string;
  readonly audience: string;
  readonly scope_claim: string;
  readonly scope_map: Readonly<Record<string, string>>;
}

export type CallersStore = ReturnType<typeof createCallersStore>;

/** Credentials as they are at this moment: nothing of them is kept between requests. */
export function createCallersStore(pool: Pool, clock: Clock) {
  return {
    async findApiKey(
      tenantId: string,
      by: { readonly hash: Buffer } | { readonly id: string },
    ): Promise<ApiKeyRow | undefined> {
      const [hash, id] = "hash" in by ? [by.hash, null] : [null, by.id];
      const { rows } = await pool.query<ApiKeyRow>({
        name: "find_api_key",
        text: "SELECT * FROM find_api_key($1, $2, $3, $4)",
        values: [tenantId, clock.forDatabase(), hash, id],
      });
      return rows[0];
    },

    async findIdentityProvider(tenantId: string, issuer: string): Promise<IdentityProviderRow | undefined> {
      const { rows } = await pool.query<IdentityProviderRow>({
        name: "find_identity_provider",
        text: "SELECT * FROM find_identity_provider($1, $2)",
        values: [tenantId, issuer],
      });
      return rows[0];
    },

    /** False when a proof of this hash was taken before, by whichever server. */
    async takeProofOnce(tenantId: string, hash: Buffer, expiresAt: Date): Promise<boolean> {
      const { rows } = await pool.query<{ first: boolean }>({
        name: "use_proof_once",
        text: "SELECT use_proof_once($1, $2, $3, $4) AS first",
        values: [tenantId, clock.forDatabase(), hash, expiresAt],
      });
      return rows[0]?.first === true;
    },
  };
}

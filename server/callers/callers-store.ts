import type { Pool } from "pg";
import type { Clock } from "#server/platform/clock.ts";

/** An API key that may be used now. */
export interface ApiKeyRow {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly expires_at: Date | null;
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
  };
}

import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

export type ApiKey = inferRouterOutputs<AppRouter>["apiKey"]["list"][number];

export type ApiKeyState = "active" | "expired" | "revoked";

/** What a key is now: revoking is final, and time ends it by itself. */
export function stateOf(
  { revokedAt, expiresAt }: Pick<ApiKey, "revokedAt" | "expiresAt">,
  now: Date,
): ApiKeyState {
  if (revokedAt !== null) return "revoked";
  return expiresAt !== null && expiresAt <= now ? "expired" : "active";
}

/** Those in force first, then the newest first. */
export function inOrder(keys: readonly ApiKey[], now: Date): ApiKey[] {
  const rank = (key: ApiKey) => (stateOf(key, now) === "active" ? 0 : 1);
  return [...keys].sort((a, b) => rank(a) - rank(b) || b.createdAt.getTime() - a.createdAt.getTime());
}

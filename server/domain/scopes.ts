/** What a vendor's backend may be allowed to do for the vendor's licenses. */
export const RUNTIME_SCOPES = ["balances:read", "tickets:write", "usage:write"] as const;
/** What may be done to what the vendor defines: products and policies as a file. Only an API key itself is taken for it. */
const AUTHORITY_SCOPES = ["authority:read", "authority:write"] as const;
/** The one list of what an API key can be allowed. */
export const SCOPES = [...RUNTIME_SCOPES, ...AUTHORITY_SCOPES] as const;
export type ApiScope = (typeof SCOPES)[number];

export function isScope(text: string): text is ApiScope {
  return SCOPES.some((scope) => scope === text);
}

/** Whether a key of these scopes could do what only owners and admins may. */
export function publishes(scopes: readonly string[]): boolean {
  return scopes.includes("authority:write");
}

/** What a vendor's backend may be allowed to do for the vendor's licenses; the one list of it. */
export const SCOPES = ["balances:read", "tickets:write", "usage:write"] as const;
export type ApiScope = (typeof SCOPES)[number];

export function isScope(text: string): text is ApiScope {
  return SCOPES.some((scope) => scope === text);
}

import type { ApiScope } from "#server/domain/scopes.ts";

/** What each scope lets a backend do, in words. */
export const SCOPE_WORDS: Readonly<Record<ApiScope, string>> = {
  "balances:read": "See what is left of a license's credits",
  "tickets:write": "Reserve credits, then settle or give them back",
  "usage:write": "Charge what was used",
  "authority:read": "Export products and policies as a file",
  "authority:write": "Apply such a file: create products, publish policies",
};

import type { PersonAuthor } from "./audit.ts";

/**
 * A person of a customer, by whose ids a customer's own services find what is theirs: whatever is asked for, only what has
 * this tenant and this customer is looked at.
 */
export interface Owner {
  readonly tenantId: string;
  readonly customerId: string;
  readonly userId: string;
}

/** Whose name the audit log keeps. */
export function authorOf({ tenantId, userId }: Owner): PersonAuthor {
  return { kind: "user", tenantId, userId };
}

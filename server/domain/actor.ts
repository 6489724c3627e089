/** What a person may be in a tenant; what each may do is in `auth/permissions.ts`. */
export const ROLES = ["owner", "admin", "developer", "support", "auditor"] as const;
export type Role = (typeof ROLES)[number];

/** What a person may be with an end customer of a tenant. */
export const CUSTOMER_ROLES = ["manager", "member"] as const;
export type CustomerRole = (typeof CUSTOMER_ROLES)[number];

/** A member of the vendor's staff, acting through the portal. */
export interface UserActor {
  readonly kind: "user";
  readonly userId: string;
  readonly tenantId: string;
  readonly role: Role;
}

/** Signet itself: a job, the seed, the launcher. */
export interface SystemActor {
  readonly kind: "system";
  readonly tenantId: string;
}

/** Who is behind a control-plane change; every authority service takes one, and the audit log keeps it. */
export type Actor = UserActor | SystemActor;

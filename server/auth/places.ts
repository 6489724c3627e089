import { customerPlace, teamPlace } from "../domain/places.ts";
import { currentUser, customerMemberships, type Deps, type SessionClaims } from "./actor.ts";

/** As many customers of a person's as are listed: somebody who looks after more is found by none of them alone. */
const CUSTOMERS_MAX = 200;

export interface Place {
  readonly kind: "team" | "customer";
  /** `teamPlace` or `customerPlace`. */
  readonly id: string;
  readonly name: string;
  /** Whose team, or whose customer. */
  readonly vendorName: string;
  readonly isSuspended: boolean;
}

/** Everywhere the session's person belongs as of now: teams first, each kind by how long. Nowhere for who is nobody. */
export async function placesOf(session: SessionClaims | undefined, deps: Deps): Promise<Place[]> {
  const { database } = deps;
  const user = await currentUser(session, deps);
  if (user === undefined) return [];
  const teams = await database.prisma.membership.findMany({
    where: { userId: user.id },
    orderBy: { createdAt: "asc" },
    select: { tenant: { select: { id: true, name: true, suspendedAt: true } } },
  });
  const memberships = (await customerMemberships(user.id, database)).slice(0, CUSTOMERS_MAX);
  const found = new Map<string, Place>();
  for (const [tenantId, own] of Map.groupBy(memberships, (membership) => membership.tenantId)) {
    const customers = await database.withTenant(tenantId, (tx) =>
      tx.customer.findMany({
        where: { tenantId, id: { in: own.map(({ customerId }) => customerId) }, archivedAt: null },
        select: { id: true, name: true, tenant: { select: { name: true, suspendedAt: true } } },
      }),
    );
    for (const { id, name, tenant } of customers)
      found.set(id, {
        kind: "customer",
        id: customerPlace(id),
        name,
        vendorName: tenant.name,
        isSuspended: tenant.suspendedAt !== null,
      });
  }
  return [
    ...teams.map(
      ({ tenant: { id, name, suspendedAt } }): Place => ({
        kind: "team",
        id: teamPlace(id),
        name,
        vendorName: name,
        isSuspended: suspendedAt !== null,
      }),
    ),
    ...memberships.flatMap(({ customerId }) => found.get(customerId) ?? []),
  ];
}

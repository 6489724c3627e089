import { type Auditable, recordAudit } from "../authority/audit.ts";
import { findMember, listMembers, lockMembers } from "../authority/customer-store.ts";
import { present } from "../authority/missing.ts";
import { authorOf, type Owner } from "../authority/owner.ts";
import type { Tx } from "../authority/ports.ts";
import type { CustomerRole } from "../domain/actor.ts";
import { invalidField } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";

export type CustomerPeople = ReturnType<typeof createCustomerPeople>;

/** A customer's people, as a manager of theirs keeps them. One manager always stays: nobody else lets people in. */
export function createCustomerPeople({ database, clock }: { database: Database; clock: Clock }) {
  function key({ tenantId, customerId }: Owner, userId: string) {
    return { tenantId_customerId_userId: { tenantId, customerId, userId } };
  }

  /** The person's role, after locking all of the customer's: two managers cannot unmake each other at the same moment. */
  async function lockedRole(tx: Tx, { tenantId, customerId }: Owner, userId: string): Promise<CustomerRole> {
    await lockMembers(tx, tenantId, customerId);
    return present(await findMember(tx, tenantId, customerId, userId), "person here").role;
  }

  async function keepAManager(tx: Tx, { tenantId, customerId }: Owner): Promise<void> {
    const managers = await tx.customerMember.count({ where: { tenantId, customerId, role: "manager" } });
    if (managers > 1) return;
    throw invalidField("/role", "This is the last manager; make somebody else a manager first.");
  }

  const audit = (
    tx: Tx,
    owner: Owner,
    entry: { action: string; before: Auditable; after: Auditable },
  ): Promise<void> =>
    recordAudit(tx, authorOf(owner), clock, {
      subjectKind: "customer",
      subjectId: owner.customerId,
      ...entry,
      action: `customer.${entry.action}`,
    });

  return {
    /** Longest-standing first. */
    list: ({ tenantId, customerId }: Owner) =>
      database.withTenant(tenantId, (tx) => listMembers(tx, tenantId, customerId)),

    /** Throws `not_found` for who does not belong, and `invalid_request` for the last manager. */
    async changeRole(owner: Owner, userId: string, role: CustomerRole): Promise<void> {
      await database.withTenant(owner.tenantId, async (tx) => {
        const from = await lockedRole(tx, owner, userId);
        if (from === role) return;
        if (from === "manager") await keepAManager(tx, owner);
        await tx.customerMember.update({ where: key(owner, userId), data: { role } });
        const id = publicId("user", userId);
        await audit(tx, owner, {
          action: "member_role_changed",
          before: { userId: id, role: from },
          after: { userId: id, role },
        });
      });
    },

    /** Ends the person's access at their next request. Throws as `changeRole` does. */
    async remove(owner: Owner, userId: string): Promise<void> {
      await database.withTenant(owner.tenantId, async (tx) => {
        const role = await lockedRole(tx, owner, userId);
        if (role === "manager") await keepAManager(tx, owner);
        await tx.customerMember.delete({ where: key(owner, userId) });
        await audit(tx, owner, {
          action: "member_removed",
          before: { userId: publicId("user", userId), role },
          after: null,
        });
      });
    },
  };
}

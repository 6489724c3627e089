import type { Actor } from "../domain/actor.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import { type Auditable, recordAudit } from "./audit.ts";
import type { CustomerFields, ListCustomers } from "./customer-input.ts";
import * as store from "./customer-store.ts";
import { present } from "./missing.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Tx } from "./ports.ts";
import { namingTaken } from "./taken.ts";

export type Customers = ReturnType<typeof createCustomers>;

/** End-customer organisations. A method that names one throws `not_found` when the tenant has none of that id. */
export function createCustomers(deps: { database: Database; clock: Clock }) {
  const { database, clock } = deps;

  const audit = (tx: Tx, actor: Actor, id: string, action: string, before: Auditable, after: Auditable) =>
    recordAudit(tx, actor, clock, {
      action: `customer.${action}`,
      subjectKind: "customer",
      subjectId: id,
      before,
      after,
    });

  async function countsOf(tx: Tx, tenantId: string, ids: readonly string[]) {
    const rows = await store.countLicenses(tx, tenantId, ids);
    return new Map(
      rows.map(({ customerId, licenses, devices }) => [
        customerId,
        { licenses: { count: licenses, capped: licenses >= store.LICENSE_COUNT_CAP }, devices },
      ]),
    );
  }
  const none = { licenses: { count: 0, capped: false }, devices: 0 };

  return {
    /** Newest first, with how many licenses (capped) and devices each has. */
    async list(actor: Actor, { search, state, cursor, limit }: ListCustomers) {
      const { tenantId } = actor;
      const before = readCursor(cursor);
      return database.withTenant(tenantId, async (tx) => {
        const rows = await store.listCustomers(tx, tenantId, {
          search,
          archived: state === "archived",
          before,
          limit,
        });
        const page = pageOf(rows, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
        const counts = await countsOf(
          tx,
          tenantId,
          page.items.map(({ id }) => id),
        );
        return { ...page, items: page.items.map((row) => ({ ...row, ...(counts.get(row.id) ?? none) })) };
      });
    },

    async get(actor: Actor, id: string) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const customer = present(await store.findCustomerWithMembers(tx, tenantId, id), "customer");
        const counts = await countsOf(tx, tenantId, [id]);
        return { ...customer, ...(counts.get(id) ?? none) };
      });
    },

    /** Throws `invalid_request` naming the name when another customer has it. */
    async create(actor: Actor, fields: CustomerFields) {
      const id = newUuid();
      const creating = database.withTenant(actor.tenantId, async (tx) => {
        await store.insertCustomer(tx, { tenantId: actor.tenantId, id, createdAt: clock.now(), ...fields });
        await audit(tx, actor, id, "created", null, fields);
      });
      await namingTaken(creating, { name: `There is already a customer called ${fields.name}.` });
      return { id };
    },

    async update(actor: Actor, id: string, fields: CustomerFields) {
      const updating = database.withTenant(actor.tenantId, async (tx) => {
        const { name, email, note } = present(await store.findCustomer(tx, actor.tenantId, id), "customer");
        await store.updateCustomer(tx, actor.tenantId, id, fields);
        await audit(tx, actor, id, "updated", { name, email, note }, fields);
      });
      await namingTaken(updating, { name: `There is already a customer called ${fields.name}.` });
    },

    /** An archived customer's licenses go on; it gets no new ones, and its people can no longer sign in. */
    async setArchived(actor: Actor, id: string, archived: boolean) {
      await database.withTenant(actor.tenantId, async (tx) => {
        const before = present(await store.findCustomer(tx, actor.tenantId, id), "customer");
        const archivedAt = archived ? clock.now() : null;
        await store.updateCustomer(tx, actor.tenantId, id, { archivedAt });
        const action = archived ? "archived" : "restored";
        await audit(tx, actor, id, action, { archivedAt: before.archivedAt }, { archivedAt });
      });
    },

    /** Ends the person's access at their next request; they come back only by a new invitation. */
    async removeMember(actor: Actor, customerId: string, userId: string) {
      const { tenantId } = actor;
      await database.withTenant(tenantId, async (tx) => {
        const { role } = present(
          await store.findMember(tx, tenantId, customerId, userId),
          "member of the customer",
        );
        await store.deleteMember(tx, tenantId, customerId, userId);
        await audit(
          tx,
          actor,
          customerId,
          "member_removed",
          { userId: publicId("user", userId), role },
          null,
        );
      });
    },
  };
}

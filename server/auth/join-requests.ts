import { type PersonAuthor, recordAudit } from "../authority/audit.ts";
import type { CustomerRole } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import type { Mails } from "../mail/mails.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { Invitations } from "./invitations.ts";

export type JoinRequests = ReturnType<typeof createJoinRequests>;

/** Newest of a customer's that are shown. */
const SHOWN_MAX = 100;

/** Who asks to be let in to a customer's licenses, for whoever decides: a manager of the customer, or the vendor's staff. */
export function createJoinRequests(deps: {
  database: Database;
  clock: Clock;
  invitations: Pick<Invitations, "createForCustomer">;
  mails: Mails;
}) {
  const { database, clock, invitations, mails } = deps;
  const gone = () => new SignetError("not_found", "Somebody has decided about this request already.");

  return {
    /** Those that wait, newest first. */
    pending: (tenantId: string, customerId: string) =>
      database.withTenant(tenantId, (tx) =>
        tx.joinRequest.findMany({
          where: { tenantId, customerId, decidedAt: null },
          orderBy: { createdAt: "desc" },
          take: SHOWN_MAX,
        }),
      ),

    /** Sends an invitation in that role, by which they come in. Throws `not_found` where it waits no more, or is another customer's. */
    async admit(author: PersonAuthor, customerId: string, id: string, role: CustomerRole): Promise<void> {
      const { tenantId } = author;
      const request = await database.withTenant(tenantId, (tx) =>
        tx.joinRequest.findFirst({ where: { tenantId, customerId, id, decidedAt: null } }),
      );
      if (request === null) throw gone();
      await invitations.createForCustomer(author, customerId, { email: request.email, role }, async (tx) => {
        const { count } = await tx.joinRequest.updateMany({
          where: { tenantId, id, decidedAt: null },
          data: { decidedAt: clock.now(), admitted: true },
        });
        if (count === 0) throw gone();
      });
    },

    /** Lets them not in, and tells them so, but neither who decided nor whose the licenses are. Throws as `admit` does. */
    async decline(author: PersonAuthor, customerId: string, id: string): Promise<void> {
      const { tenantId } = author;
      await database.withTenant(tenantId, async (tx) => {
        const [request] = await tx.joinRequest.updateManyAndReturn({
          where: { tenantId, customerId, id, decidedAt: null },
          data: { decidedAt: clock.now(), admitted: false },
        });
        if (request === undefined) throw gone();
        const { product } = await tx.license.findUniqueOrThrow({
          where: { tenantId_id: { tenantId, id: request.licenseId } },
          select: { product: { select: { name: true } } },
        });
        await mails.enqueue(tx, {
          tenantId,
          to: request.email,
          dedupeKey: `join-declined/${id}`,
          template: "join-declined",
          payload: { product: product.name },
        });
        await recordAudit(tx, author, clock, {
          action: "customer.join_declined",
          subjectKind: "customer",
          subjectId: customerId,
          before: { email: request.email },
          after: null,
        });
      });
    },
  };
}

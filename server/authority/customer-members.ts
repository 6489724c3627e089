import type { CustomerRole } from "../domain/actor.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import { type Author, recordAudit } from "./audit.ts";
import { insertMember } from "./customer-store.ts";
import type { Tx } from "./ports.ts";

/**
 * Makes an account a person of a customer, and records it. It asks for no consent, so no procedure may reach it: an address
 * that anybody could have registered would then see what its real owner was meant to. It serves whoever accepted the
 * tenant's own invitation, and the seed. False, with nothing changed, when they belong already.
 */
export async function admitMember(
  tx: Tx,
  author: Author,
  clock: Clock,
  person: {
    readonly customerId: string;
    readonly userId: string;
    readonly email: string;
    readonly role: CustomerRole;
  },
): Promise<boolean> {
  const { customerId, userId, email, role } = person;
  const { tenantId } = author;
  const added = await insertMember(tx, { tenantId, customerId, userId, role, createdAt: clock.now() });
  if (!added) return false;
  await recordAudit(tx, author, clock, {
    action: "customer.member_added",
    subjectKind: "customer",
    subjectId: customerId,
    before: null,
    after: { userId: publicId("user", userId), email, role },
  });
  return true;
}

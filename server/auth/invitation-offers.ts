import type { Author } from "../authority/audit.ts";
import { recordAudit } from "../authority/audit.ts";
import { admitMember } from "../authority/customer-members.ts";
import { findCustomer } from "../authority/customer-store.ts";
import { present } from "../authority/missing.ts";
import type { Tx } from "../authority/ports.ts";
import type { CustomerRole, Role } from "../domain/actor.ts";
import { invalidField } from "../domain/errors.ts";
import type { Clock } from "../platform/clock.ts";

/** What an invitation gives to whoever accepts it, and nothing besides: a role in the team, or one with a customer. */
export type Offer =
  | { readonly to: "team"; readonly customerId: null; readonly role: Role }
  | { readonly to: "customer"; readonly customerId: string; readonly role: CustomerRole };

/** The columns an offer is kept in; a CHECK in the database holds them to one of the two forms. */
export interface OfferColumns {
  readonly role: Role | null;
  readonly customerId: string | null;
  readonly customerRole: CustomerRole | null;
}

export function columnsOf({ to, customerId, role }: Offer): OfferColumns {
  return to === "team"
    ? { role, customerId, customerRole: null }
    : { role: null, customerId, customerRole: role };
}

export function offerOf({ role, customerId, customerRole }: OfferColumns): Offer {
  if (role !== null) return { to: "team", customerId: null, role };
  if (customerId !== null && customerRole !== null) return { to: "customer", customerId, role: customerRole };
  throw new Error("An invitation offers neither a role in the team nor one with a customer.");
}

/** Throws `not_found` for an unknown customer, `invalid_request` for an archived one and for who belongs already. */
export async function mayBeOffered(tx: Tx, tenantId: string, email: string, offer: Offer): Promise<void> {
  if (offer.to === "team") {
    const member = await tx.membership.findFirst({ where: { tenantId, user: { email } } });
    if (member !== null) throw invalidField("/email", "This person is already a member of the team.");
    return;
  }
  const { customerId } = offer;
  const customer = present(await findCustomer(tx, tenantId, customerId), "customer");
  if (customer.archivedAt !== null)
    throw invalidField("/customerId", "This customer is archived; restore it first.");
  const person = await tx.customerMember.findFirst({ where: { tenantId, customerId, user: { email } } });
  if (person !== null) throw invalidField("/email", "This person already belongs to the customer.");
}

/** How the audit log tells of an offer: a customer's on the customer, where its other changes are. */
export function auditOf(offer: Offer, invitationId: string) {
  if (offer.to === "customer") {
    const subject = { subjectKind: "customer", subjectId: offer.customerId };
    return {
      made: { action: "customer.member_invited", ...subject },
      revoked: { action: "customer.invitation_revoked", ...subject },
    };
  }
  const subject = { subjectKind: "invitation", subjectId: invitationId };
  return {
    made: { action: "member.invited", ...subject },
    revoked: { action: "invitation.revoked", ...subject },
  };
}

/** Gives the offer to an account and records it. False, with nothing changed, when they belong already. */
export async function grant(
  tx: Tx,
  clock: Clock,
  offer: Offer,
  person: { readonly tenantId: string; readonly userId: string; readonly email: string },
): Promise<boolean> {
  const { tenantId, userId, email } = person;
  const author: Author = { kind: "user", userId, tenantId };
  if (offer.to === "customer") {
    const { customerId, role } = offer;
    if (!(await admitMember(tx, author, clock, { customerId, userId, email, role }))) return false;
    // Who asked to be let in, and came by another invitation, waits no more: nobody is to tell them that they were not.
    await tx.joinRequest.updateMany({
      where: { tenantId, customerId, email, decidedAt: null },
      data: { decidedAt: clock.now(), admitted: true },
    });
    return true;
  }
  const { role } = offer;
  const { count } = await tx.membership.createMany({
    data: { tenantId, userId, role, createdAt: clock.now() },
    skipDuplicates: true,
  });
  if (count === 0) return false;
  await recordAudit(tx, author, clock, {
    action: "invitation.accepted",
    subjectKind: "user",
    subjectId: userId,
    before: null,
    after: { email, role },
  });
  return true;
}

import type { PersonAuthor } from "../authority/audit.ts";
import type { Tx } from "../authority/ports.ts";
import type { Mails } from "../mail/mails.ts";
import type { Offer } from "./invitation-offers.ts";
import { inviterOf } from "./inviter.ts";

/** Sends whoever is invited their link, which the inviter is shown too. */
export async function mailInvitation(
  tx: Tx,
  mails: Mails,
  { tenantId, userId }: PersonAuthor,
  { id, email, token }: { readonly id: string; readonly email: string; readonly token: string },
  offer: Offer,
  /** Whether they asked for it. */
  asked: boolean,
): Promise<void> {
  const about = { tenantId, to: email, dedupeKey: `invitation/${id}` };
  if (offer.to === "team") {
    const { name: invitedBy } = await tx.user.findUniqueOrThrow({ where: { id: userId } });
    await mails.enqueue(tx, {
      ...about,
      template: "invitation-team",
      payload: { invitedBy, role: offer.role, token },
    });
    return;
  }
  const { name: customer } = await tx.customer.findUniqueOrThrow({
    where: { tenantId_id: { tenantId, id: offer.customerId } },
  });
  const invitedBy = await inviterOf(tx, { tenantId, customerId: offer.customerId, userId });
  await mails.enqueue(tx, {
    ...about,
    template: "invitation-customer",
    payload: { invitedBy, customer, asked, token },
  });
}

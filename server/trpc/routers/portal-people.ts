import * as input from "../../authority/own-input.ts";
import { authorOf } from "../../authority/owner.ts";
import { publicId } from "../../domain/ids.ts";
import { customerAuthorised, router } from "../init.ts";
import { joinRequest } from "../views/customer.ts";
import { ownPerson } from "../views/own.ts";

const read = customerAuthorised("people:read");
const write = customerAuthorised("people:write");

/** A customer's own people. */
export const portalPeopleRouter = router({
  list: read.query(async ({ ctx: { customer, services } }) =>
    (await services.customerPeople.list(customer)).map(ownPerson),
  ),

  invitations: read.query(async ({ ctx: { customer, services } }) => {
    const pending = await services.invitations.pendingForCustomer(authorOf(customer), customer.customerId);
    return pending.map((entry) => ({ ...entry, id: publicId("invitation", entry.id) }));
  }),

  invite: write
    .input(input.inviteColleague)
    .mutation(async ({ ctx: { customer, services }, input: fields }) => {
      const created = await services.invitations.createForCustomer(
        authorOf(customer),
        customer.customerId,
        fields,
      );
      return { ...created, id: publicId("invitation", created.id) };
    }),

  revokeInvitation: write
    .input(input.colleagueInvitation)
    .mutation(({ ctx: { customer, services }, input: { id } }) =>
      services.invitations.revokeForCustomer(authorOf(customer), customer.customerId, id),
    ),

  requests: write.query(async ({ ctx: { customer, services } }) =>
    (await services.joinRequests.pending(customer.tenantId, customer.customerId)).map(joinRequest),
  ),

  admit: write
    .input(input.admitColleague)
    .mutation(({ ctx: { customer, services }, input: { id, role } }) =>
      services.joinRequests.admit(authorOf(customer), customer.customerId, id, role),
    ),

  decline: write
    .input(input.joinRequest)
    .mutation(({ ctx: { customer, services }, input: { id } }) =>
      services.joinRequests.decline(authorOf(customer), customer.customerId, id),
    ),

  changeRole: write
    .input(input.changeColleagueRole)
    .mutation(({ ctx: { customer, services }, input: { userId, role } }) =>
      services.customerPeople.changeRole(customer, userId, role),
    ),

  remove: write
    .input(input.colleague)
    .mutation(({ ctx: { customer, services }, input: { userId } }) =>
      services.customerPeople.remove(customer, userId),
    ),
});

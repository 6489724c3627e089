import * as input from "../../authority/customer-input.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";
import { customerDetail, customerSummary, joinRequest } from "../views/customer.ts";

const read = authorised("customer:read");
const write = authorised("customer:write");

export const customerRouter = router({
  list: read.input(input.listCustomers).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.customers.list(ctx.actor, query);
    return { items: items.map(customerSummary), nextCursor };
  }),

  get: read
    .input(input.customerId)
    .query(async ({ ctx, input: { id } }) => customerDetail(await ctx.services.customers.get(ctx.actor, id))),

  create: write.input(input.customerFields).mutation(async ({ ctx, input: fields }) => {
    const { id } = await ctx.services.customers.create(ctx.actor, fields);
    return { id: publicId("customer", id) };
  }),

  update: write
    .input(input.updateCustomer)
    .mutation(({ ctx, input: { id, ...fields } }) => ctx.services.customers.update(ctx.actor, id, fields)),

  setArchived: write
    .input(input.archiveCustomer)
    .mutation(({ ctx, input: { id, archived } }) =>
      ctx.services.customers.setArchived(ctx.actor, id, archived),
    ),

  invitations: read.input(input.customerPeople).query(async ({ ctx, input: { customerId } }) => {
    const pending = await ctx.services.invitations.pendingForCustomer(ctx.actor, customerId);
    return pending.map((entry) => ({ ...entry, id: publicId("invitation", entry.id) }));
  }),

  invite: write.input(input.inviteToCustomer).mutation(async ({ ctx, input: { customerId, ...fields } }) => {
    const created = await ctx.services.invitations.createForCustomer(ctx.actor, customerId, fields);
    return { ...created, id: publicId("invitation", created.id) };
  }),

  revokeInvitation: write
    .input(input.revokeCustomerInvitation)
    .mutation(({ ctx, input: { customerId, id } }) =>
      ctx.services.invitations.revokeForCustomer(ctx.actor, customerId, id),
    ),

  joinRequests: read.input(input.customerPeople).query(async ({ ctx, input: { customerId } }) => {
    const pending = await ctx.services.joinRequests.pending(ctx.actor.tenantId, customerId);
    return pending.map(joinRequest);
  }),

  admit: write
    .input(input.admitJoinRequest)
    .mutation(({ ctx, input: { customerId, id, role } }) =>
      ctx.services.joinRequests.admit(ctx.actor, customerId, id, role),
    ),

  decline: write
    .input(input.declineJoinRequest)
    .mutation(({ ctx, input: { customerId, id } }) =>
      ctx.services.joinRequests.decline(ctx.actor, customerId, id),
    ),

  removeMember: write
    .input(input.removeCustomerMember)
    .mutation(({ ctx, input: { customerId, userId } }) =>
      ctx.services.customers.removeMember(ctx.actor, customerId, userId),
    ),
});

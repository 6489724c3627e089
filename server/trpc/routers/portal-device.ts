import * as input from "../../authority/own-input.ts";
import { customerAuthorised, router } from "../init.ts";
import { ownDevice } from "../views/own.ts";

const read = customerAuthorised("license:read");
const deactivate = customerAuthorised("device:deactivate");

/** The devices on a customer's own licenses. */
export const portalDeviceRouter = router({
  list: read.input(input.listOwnDevices).query(async ({ ctx: { customer, services }, input: query }) => {
    const { items, nextCursor } = await services.ownDevices.list(customer, query);
    return { items: items.map(ownDevice), nextCursor };
  }),

  rename: customerAuthorised("device:rename")
    .input(input.renameOwnDevice)
    .mutation(({ ctx: { customer, services }, input: { id, name } }) =>
      services.ownDevices.rename(customer, id, name),
    ),

  impact: deactivate
    .input(input.ownDeviceId)
    .query(({ ctx: { customer, services }, input: { id } }) => services.ownDevices.impact(customer, id)),

  deactivate: deactivate
    .input(input.ownDeviceId)
    .mutation(({ ctx: { customer, services }, input: { id } }) =>
      services.ownDevices.deactivate(customer, customer.tenant.name, id),
    ),
});

import * as input from "../../authority/own-input.ts";
import { customerAuthorised, router } from "../init.ts";
import { ownLicense, ownLicenseDetail } from "../views/own.ts";

const read = customerAuthorised("license:read");

/** A customer's own licenses. */
export const portalLicenseRouter = router({
  list: read.input(input.listOwnLicenses).query(async ({ ctx: { customer, services }, input: query }) => {
    const { items, nextCursor } = await services.ownLicenses.list(customer, query);
    return { items: items.map(ownLicense), nextCursor };
  }),

  summary: read.query(({ ctx: { customer, services } }) => services.ownLicenses.summary(customer)),

  get: read
    .input(input.ownLicenseId)
    .query(async ({ ctx: { customer, services }, input: { id } }) =>
      ownLicenseDetail(await services.ownLicenses.get(customer, customer.tenant.name, id)),
    ),

  certificate: read
    .input(input.ownLicenseId)
    .query(async ({ ctx: { customer, services }, input: { id } }) => ({
      certificate: await services.ownLicenses.certificate(customer, id),
    })),

  // A mutation, although it only reads: revealing is an act, recorded, and never to be cached or repeated by itself.
  revealKey: customerAuthorised("license:reveal")
    .input(input.ownLicenseId)
    .mutation(async ({ ctx: { customer, services }, input: { id } }) => ({
      key: await services.ownLicenses.revealKey(customer, id),
    })),
});

import { readChart, readSeats, readTable, readUsage } from "../../analytics/input.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";

const read = authorised("analytics:read");

export const analyticsRouter = router({
  activations: read
    .input(readChart)
    .query(({ ctx, input }) => ctx.services.analytics.activations(ctx.actor, input)),

  denials: read.input(readChart).query(({ ctx, input }) => ctx.services.analytics.denials(ctx.actor, input)),

  spread: read.input(readChart).query(({ ctx, input }) => ctx.services.analytics.spread(ctx.actor, input)),

  trials: read.input(readChart).query(({ ctx, input }) => ctx.services.analytics.trials(ctx.actor, input)),

  usage: read.input(readUsage).query(async ({ ctx, input }) => {
    const { meters, meterId, customers, ...chart } = await ctx.services.analytics.usage(ctx.actor, input);
    return {
      ...chart,
      meters: meters.map(({ id, productId: _, ...meter }) => ({ ...meter, id: publicId("meter", id) })),
      meterId: meterId === null ? null : publicId("meter", meterId),
      customers: customers.map(({ customerId, ...each }) => ({
        ...each,
        customerId: publicId("customer", customerId),
      })),
    };
  }),

  seats: read.input(readSeats).query(async ({ ctx, input }) => {
    const { licenses, ...chart } = await ctx.services.analytics.seats(ctx.actor, input);
    return {
      ...chart,
      licenses: licenses.map(({ license, ...judged }) => ({
        ...judged,
        license: {
          ...license,
          id: publicId("license", license.id),
          customerId: publicId("customer", license.customerId),
          productId: publicId("product", license.productId),
        },
      })),
    };
  }),

  csv: read.input(readTable).query(({ ctx, input }) => ctx.services.analytics.csv(ctx.actor, input)),
});

import { readSeries } from "../../analytics/input.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";

export const analyticsRouter = router({
  series: authorised("analytics:read")
    .input(readSeries)
    .query(async ({ ctx, input: query }) => {
      const points = await ctx.services.analytics.series(ctx.actor, query);
      return points.map(({ start, dimension, value }) => ({
        start,
        dimension: query.metric === "seats_peak" ? publicId("license", dimension) : dimension,
        value: Number(value),
      }));
    }),
});

import type { Actor } from "../domain/actor.ts";
import type { Step } from "../domain/analytics-period.ts";
import { csvOf } from "../domain/csv.ts";
import { publicId } from "../domain/ids.ts";
import type { createCharts } from "./charts.ts";
import type { ReadTable } from "./input.ts";
import type { createSeatsChart } from "./seats-chart.ts";

type Charts = ReturnType<typeof createCharts> & ReturnType<typeof createSeatsChart>;
type Rows = (string | number)[][];

/** What a chart or list shows, as a file for a spreadsheet. Times are UTC. */
export function createTables(charts: Charts) {
  return {
    async csv(actor: Actor, { table, ...query }: ReadTable): Promise<{ name: string; content: string }> {
      const rows = await READ[table](charts, actor, query);
      return {
        name: `${table.replace("_", "-")}-${query.period.replace("..", "-to-")}.csv`,
        content: csvOf(rows),
      };
    },
  };
}

const READ: Record<
  ReadTable["table"],
  (charts: Charts, actor: Actor, query: Omit<ReadTable, "table">) => Promise<Rows>
> = {
  async seats(charts, actor, query) {
    const { span, points } = await charts.seats(actor, query);
    return [
      [heading(span.step), "peak_seats_in_use", "seats", "people_turned_away"],
      ...points.map(({ start, peak, capacity, turnedAway }) => [
        written(start, span.step),
        peak,
        capacity ?? "",
        turnedAway,
      ]),
    ];
  },
  async renewals(charts, actor, query) {
    const { licenses } = await charts.seats(actor, query);
    return [
      [
        ...["license", "key_ending", "customer", "product", "ends", "seats", "days", "peak", "days_at_peak"],
        ...["people_turned_away", "seats_that_would_do", "advice"],
      ],
      ...licenses.map(({ license, use, advice }) => [
        publicId("license", license.id),
        license.keyHint,
        license.customerName,
        license.productName,
        license.expiresAt?.toISOString() ?? "",
        ...[use.seats, use.days, use.peak, use.peakDays, use.turnedAway, advice.seats],
        advice.sentence,
      ]),
    ];
  },
  async denials(charts, actor, query) {
    const { span, points, reasons } = await charts.denials(actor, query);
    return [
      [heading(span.step), ...reasons.map(({ code }) => code)],
      ...points.map(({ start, values }) => [written(start, span.step), ...values]),
    ];
  },
  async activations(charts, actor, query) {
    const { span, points } = await charts.activations(actor, query);
    return [
      [heading(span.step), "new_devices"],
      ...points.map(({ start, value }) => [written(start, span.step), value]),
    ];
  },
  async usage(charts, actor, query) {
    const { span, points, meters, meterId } = await charts.usage(actor, query);
    const meter = meters.find(({ id }) => id === meterId);
    return [
      [heading(span.step), meter?.unit ?? "used"],
      ...points.map(({ start, value }) => [written(start, span.step), value]),
    ];
  },
  async usage_customers(charts, actor, query) {
    const { customers, meters, meterId } = await charts.usage(actor, query);
    const meter = meters.find(({ id }) => id === meterId);
    return [
      ["customer", "name", meter?.unit ?? "used"],
      ...customers.map(({ customerId, name, value }) => [publicId("customer", customerId), name, value]),
    ];
  },
  versions: async (charts, actor, query) => spread("version", (await charts.spread(actor, query)).versions),
  platforms: async (charts, actor, query) =>
    spread("platform", (await charts.spread(actor, query)).platforms),
  async trials(charts, actor, query) {
    const { cohorts } = await charts.trials(actor, query);
    return [
      ["week_from", "trials_issued", "converted", "may_still_convert"],
      ...cohorts.map(({ start, issued, converted, open }) => [
        written(start, "week"),
        issued,
        converted,
        open ? "yes" : "no",
      ]),
    ];
  },
};

function spread(
  name: string,
  { shown, rest }: { shown: readonly { name: string; value: number }[]; rest: number },
): Rows {
  const others = rest > 0 ? [["(others)", rest]] : [];
  return [[name, "new_devices"], ...shown.map((each) => [each.name || "(not told)", each.value]), ...others];
}

function heading(step: Step): string {
  return step === "hour" ? "hour_utc" : step === "day" ? "day_utc" : "week_from_utc";
}

function written(start: Date, step: Step): string {
  return step === "hour" ? start.toISOString() : start.toISOString().slice(0, 10);
}

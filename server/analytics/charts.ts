import type { Actor } from "../domain/actor.ts";
import { type Span, spanOf } from "../domain/analytics-period.ts";
import { invalidField } from "../domain/errors.ts";
import { type Emptiness, whyEmpty } from "../domain/why-empty.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import * as store from "./figures-store.ts";
import type { ReadChart, ReadUsage } from "./input.ts";
import { perStep, ranked, sum } from "./steps.ts";

const DAY_MS = 86_400_000;
/** How long a trial may take to be counted as converted; `roll_up_trials` counts by it. */
const CONVERSION_DAYS = 90;
const SPREAD_SHOWN_MAX = 10;
const CUSTOMERS_SHOWN_MAX = 10;
/** Rows read to rank customers or licenses: about 100 ms. */
export const RANKED_ROWS_MAX = 100_000;

export interface ChartDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly rankedRowsMax?: number;
}

/** What every chart says of itself. */
export interface Frame {
  readonly span: Span;
  /** Until when figures are final; null: none has been computed. */
  readonly completeUntil: Date | null;
  /** Why there is nothing to show; null where there is something. */
  readonly empty: Emptiness | null;
}

/** A chart's data, what it is about, and, when there is none, why. */
export async function frame<Data extends object>(
  { database, clock }: ChartDeps,
  { tenantId }: Actor,
  { period }: ReadChart,
  metric: store.Metric,
  read: (tx: store.Tx, span: Span) => Promise<{ data: Data; isEmpty: boolean }>,
): Promise<Frame & Data> {
  const span = spanOf(period, clock.now());
  if (span === undefined) throw invalidField("/period", "Choose another period.");
  return database.withTenant(tenantId, async (tx) => {
    const { data, isEmpty } = await read(tx, span);
    const completeUntil = await store.findCompleteUntil(tx, tenantId);
    const known = isEmpty ? await store.findLatest(tx, tenantId, metric, span) : undefined;
    const empty = known === undefined ? null : whyEmpty({ ...known, from: span.from, completeUntil });
    return { span, completeUntil: completeUntil ?? null, empty, ...data };
  });
}

/** What is read for a span: hours only where they are drawn. */
export function figureQuery({ from, until, step }: Span, { productId, customerId }: ReadChart) {
  return { size: step === "hour" ? "hour" : "day", from, until, productId, customerId } as const;
}

export function createCharts(deps: ChartDeps) {
  const { clock, rankedRowsMax = RANKED_ROWS_MAX } = deps;
  const read = (tx: store.Tx, { tenantId }: Actor, metrics: store.Metric[], span: Span, query: ReadChart) =>
    store.readFigures(tx, tenantId, metrics, figureQuery(span, query));

  return {
    /** Devices activated for the first time. */
    activations: (actor: Actor, query: ReadChart) =>
      frame(deps, actor, query, "activations", async (tx, span) => {
        const figures = await read(tx, actor, ["activations"], span, query);
        const points = perStep(span, figures, (start, items) => ({ start, value: sum(items) }));
        return { data: { total: sum(figures), points }, isEmpty: figures.length === 0 };
      }),

    /** Requests refused, by code; of each code the request of one refusal, which its story can be told of. */
    denials: (actor: Actor, query: ReadChart) =>
      frame(deps, actor, query, "denials", async (tx, span) => {
        const figures = await read(tx, actor, ["denials"], span, query);
        const reasons = ranked(figures, ({ dimension }) => dimension).map(({ key: code, value }) => {
          const latest = figures.findLast(({ dimension, example }) => dimension === code && example !== null);
          return { code, value, example: latest?.example ?? null };
        });
        const points = perStep(span, figures, (start, items) => ({
          start,
          values: reasons.map(({ code }) => sum(items.filter(({ dimension }) => dimension === code))),
        }));
        return { data: { reasons, points }, isEmpty: figures.length === 0 };
      }),

    /** What was used of one meter, the most used unless another is asked for, and by whom. */
    usage: (actor: Actor, query: ReadUsage) =>
      frame(deps, actor, query, "usage", async (tx, span) => {
        const { tenantId } = actor;
        const figures = await read(tx, actor, ["usage"], span, query);
        const meters = (await store.listMeters(tx, tenantId, query.productId))
          .map(({ product, ...meter }) => {
            const own = figures.filter(
              (each) => each.productId === meter.productId && each.dimension === meter.code,
            );
            return { ...meter, productName: product.name, total: sum(own), figures: own };
          })
          .filter(({ total, id }) => total > 0 || id === query.meterId)
          .toSorted((a, b) => b.total - a.total);
        const shown = meters.find(({ id }) => id === query.meterId) ?? meters[0];
        const points = perStep(span, shown?.figures ?? [], (start, items) => ({ start, value: sum(items) }));
        const customers =
          shown === undefined || query.customerId !== undefined
            ? { list: [], from: span.from }
            : await customersOf(tx, tenantId, span, shown);
        return {
          data: {
            meters: meters.map(({ figures: _, ...meter }) => meter),
            meterId: shown?.id ?? null,
            points,
            customers: customers.list,
            /** From when on customers are ranked, where the whole period is too much; null: not at all. */
            customersFrom: customers.from,
          },
          isEmpty: (shown?.total ?? 0) === 0,
        };
      }),

    /** Which version of the application, and which platform, new devices said they were. */
    spread: (actor: Actor, query: ReadChart) =>
      frame(deps, actor, query, "activations", async (tx, span) => {
        const figures = await read(tx, actor, ["versions", "platforms"], span, query);
        const of = (metric: store.Metric) =>
          shares(
            ranked(
              figures.filter((each) => each.metric === metric),
              ({ dimension }) => dimension,
            ),
          );
        return {
          data: { versions: of("versions"), platforms: of("platforms") },
          isEmpty: figures.length === 0,
        };
      }),

    /** Trials by the week in which they were issued, and how many of them have become customers. */
    trials: (actor: Actor, query: ReadChart) =>
      frame(deps, actor, query, "trials", async (tx, { from, until }) => {
        const span: Span = { from, until, step: "week" };
        const { customerId, productId } = query;
        const figures =
          customerId === undefined
            ? await read(tx, actor, ["trials", "trials_converted"], span, query)
            : await store.countTrialsOf(tx, actor.tenantId, { customerId, productId, from, until });
        const now = clock.now().getTime();
        const cohorts = perStep(span, figures, (start, items) => ({
          start,
          issued: sum(items.filter(({ metric }) => metric === "trials")),
          converted: sum(items.filter(({ metric }) => metric === "trials_converted")),
          /** Whether some of them may still be converted. */
          open: start.getTime() + (7 + CONVERSION_DAYS) * DAY_MS > now,
        })).filter(({ issued }) => issued > 0);
        return { data: { cohorts, conversionDays: CONVERSION_DAYS }, isEmpty: cohorts.length === 0 };
      }),
  };

  async function customersOf(
    tx: store.Tx,
    tenantId: string,
    { from, until }: Span,
    { productId, code }: { readonly productId: string; readonly code: string },
  ) {
    const since = await store.findAddableFrom(tx, tenantId, "usage", { from, until }, rankedRowsMax);
    if (since === undefined) return { list: [], from: null };
    const query = { from: since, until, productId, code, limit: CUSTOMERS_SHOWN_MAX };
    return { list: await store.readUsageByCustomer(tx, tenantId, query), from: since };
  }
}

/** The most frequent, and the rest as one. */
function shares(all: readonly { key: string; value: number }[]) {
  const shown = all.length > SPREAD_SHOWN_MAX + 1 ? all.slice(0, SPREAD_SHOWN_MAX) : all;
  const rest = sum(all.slice(shown.length));
  return { shown: shown.map(({ key, value }) => ({ name: key, value })), rest, total: sum(all) };
}

import type { Actor } from "../domain/actor.ts";
import { type Span, stepsOf } from "../domain/analytics-period.ts";
import { adviseSeats, type SeatAdvice, type SeatUse } from "../domain/seat-advice.ts";
import { type ChartDeps, figureQuery, frame, RANKED_ROWS_MAX } from "./charts.ts";
import * as figures from "./figures-store.ts";
import type { ReadSeats } from "./input.ts";
import * as store from "./seats-store.ts";
import { perStep, sum } from "./steps.ts";

const DAY_MS = 86_400_000;
const LICENSES_SHOWN_MAX = 50;
/** Of one customer; of one with more, capacity is not added up. */
const LICENSES_MAX = 1_000;
const ENDING_DAYS = 90;
/** Looked through for those with seats. */
const ENDING_READ_MAX = 200;

export interface SeatLicenseAdvice {
  readonly license: store.SeatLicense;
  readonly use: SeatUse;
  readonly advice: SeatAdvice;
}

/** Floating seats in use against what is paid for, and what that says about each license. */
export function createSeatsChart(deps: ChartDeps) {
  const { clock, rankedRowsMax = RANKED_ROWS_MAX } = deps;

  return {
    seats: (actor: Actor, query: ReadSeats) =>
      frame(deps, actor, query, "seats_peak", async (tx, span) => {
        const { tenantId } = actor;
        const now = clock.now();
        const of = await licensesOf(tx, tenantId, query);
        const points = await pointsOf(tx, tenantId, span, query, of);
        const { licenses, since } = await advised(tx, tenantId, span, query, of, now);
        const used = points.some(({ peak, turnedAway }) => peak > 0 || turnedAway > 0);
        return {
          data: { points, licenses, licensesFrom: since ?? null },
          // A customer whose seats were never used is worth telling.
          isEmpty: !used && (of === undefined || of.length === 0),
        };
      }),
  };

  /** The licenses a customer or license is narrowed to; undefined: not narrowed. */
  async function licensesOf(tx: figures.Tx, tenantId: string, query: ReadSeats) {
    const { licenseId, customerId, productId } = query;
    if (licenseId !== undefined) return store.listSeatLicenses(tx, tenantId, { ids: [licenseId] }, 1);
    if (customerId === undefined) return undefined;
    return store.listSeatLicenses(tx, tenantId, { customerId, productId }, LICENSES_MAX);
  }

  async function pointsOf(
    tx: figures.Tx,
    tenantId: string,
    span: Span,
    query: ReadSeats,
    of: readonly store.SeatLicense[] | undefined,
  ) {
    const metrics: figures.Metric[] = ["seats_peak", "seats_denied", "seats_capacity"];
    const narrowed = { ...query, customerId: of?.[0]?.customerId ?? query.customerId };
    const read = await figures.readFigures(tx, tenantId, metrics, figureQuery(span, narrowed));
    const rows =
      query.licenseId === undefined ? read : read.filter(({ dimension }) => dimension === query.licenseId);
    const capacity = of === undefined ? totalCapacity(span, rows) : ownCapacity(span, rows, of);
    return perStep(span, rows, (start, items) => {
      const peaks = new Map<string, number>();
      for (const { metric, dimension, productId, value } of items) {
        // Of a week the day that had most, of each license or product by itself.
        const key = `${productId} ${dimension}`;
        if (metric === "seats_peak") peaks.set(key, Math.max(peaks.get(key) ?? 0, value));
      }
      return {
        start,
        peak: [...peaks.values()].reduce((total, value) => total + value, 0),
        capacity: capacity.get(start.getTime()) ?? null,
        turnedAway: sum(items.filter(({ metric }) => metric === "seats_denied")),
      };
    });
  }

  async function advised(
    tx: figures.Tx,
    tenantId: string,
    span: Span,
    query: ReadSeats,
    of: readonly store.SeatLicense[] | undefined,
    now: Date,
  ) {
    const { from, until } = span;
    const { productId } = query;
    if (of !== undefined) {
      const customerIds = [...new Set(of.map(({ customerId }) => customerId))];
      const uses = await store.readSeatUse(tx, tenantId, { from, until, customerIds, limit: LICENSES_MAX });
      return { licenses: adviseAll(of, uses, { from, until, now }), since: from };
    }
    const since = await figures.findAddableFrom(tx, tenantId, "seats_peak", span, rankedRowsMax);
    if (since === undefined) return { licenses: [], since };
    const top = await store.readSeatUse(tx, tenantId, {
      from: since,
      until,
      productId,
      limit: LICENSES_SHOWN_MAX,
    });
    const soon = new Date(now.getTime() + ENDING_DAYS * DAY_MS);
    const ending = await store.listEnding(tx, tenantId, {
      from: now,
      until: soon,
      productId,
      limit: ENDING_READ_MAX,
    });
    const ids = [...new Set([...top.map(({ licenseId }) => licenseId), ...ending])];
    const licenses = await store.listSeatLicenses(tx, tenantId, { ids }, ids.length);
    const known = new Set(top.map(({ licenseId }) => licenseId));
    const customerIds = [
      ...new Set(licenses.filter(({ id }) => !known.has(id)).map(({ customerId }) => customerId)),
    ];
    const others =
      customerIds.length === 0
        ? []
        : await store.readSeatUse(tx, tenantId, { from: since, until, customerIds, limit: LICENSES_MAX });
    return { licenses: adviseAll(licenses, [...others, ...top], { from: since, until, now }), since };
  }
}

const URGENCY = { more: 0, unused: 1, fewer: 2, fits: 3, early: 4 } as const;

/** The most urgent first. */
function adviseAll(
  licenses: readonly store.SeatLicense[],
  uses: readonly store.SeatUseRow[],
  { from, until, now }: { readonly from: Date; readonly until: Date; readonly now: Date },
): SeatLicenseAdvice[] {
  const byLicense = new Map(uses.map((use) => [use.licenseId, use]));
  return licenses
    .map((license) => {
      const days = daysBetween(new Date(Math.max(from.getTime(), license.issuedAt.getTime())), until, now);
      const none = { peak: 0, peakDays: days, turnedAway: 0, needed: 0 };
      const { peak, peakDays, turnedAway, needed } = byLicense.get(license.id) ?? none;
      const use: SeatUse = { seats: license.seats, days, peak, peakDays, turnedAway, needed };
      return { license, use, advice: adviseSeats(use) };
    })
    .toSorted(
      (a, b) =>
        URGENCY[a.advice.verdict] - URGENCY[b.advice.verdict] ||
        b.use.turnedAway - a.use.turnedAway ||
        b.license.seats - a.license.seats,
    )
    .slice(0, LICENSES_SHOWN_MAX);
}

/** UTC days from the one of `from` to the one before `until`, or today's. */
function daysBetween(from: Date, until: Date, now: Date): number {
  const day = (at: number) => Math.floor(at / DAY_MS);
  return Math.max(1, day(Math.min(until.getTime() - 1, now.getTime())) - day(from.getTime()) + 1);
}

/** What was counted of all pools; between two counts the earlier holds, before the first the first. */
function totalCapacity(span: Span, rows: readonly figures.Figure[]): Map<number, number> {
  const byProduct = Map.groupBy(
    rows.filter(({ metric }) => metric === "seats_capacity"),
    ({ productId }) => productId,
  );
  return addUp(
    span,
    [...byProduct.values()].map((counted) => ({ counted })),
  );
}

/** What each license had when it was used, and has now where it was not. */
function ownCapacity(
  span: Span,
  rows: readonly figures.Figure[],
  of: readonly store.SeatLicense[],
): Map<number, number> {
  if (of.length === LICENSES_MAX) return new Map();
  const byLicense = Map.groupBy(
    rows.filter(({ metric }) => metric === "seats_capacity"),
    ({ dimension }) => dimension,
  );
  return addUp(
    span,
    of.map(({ id, seats, issuedAt }) => {
      const counted = byLicense.get(id) ?? [];
      return {
        counted: counted.length > 0 ? counted : [{ start: span.from, value: seats }],
        since: issuedAt,
      };
    }),
  );
}

interface Holding {
  /** Oldest first. */
  readonly counted: readonly { readonly start: Date; readonly value: number }[];
  readonly since?: Date;
}

function addUp(span: Span, holdings: readonly Holding[]): Map<number, number> {
  const starts = stepsOf(span);
  const totals = new Map<number, number>();
  for (const { counted, since } of holdings) {
    for (const [index, start] of starts.entries()) {
      const end = starts[index + 1] ?? span.until;
      if (since !== undefined && since >= end) continue;
      const latest = counted.findLast((each) => each.start < end) ?? counted[0];
      if (latest !== undefined)
        totals.set(start.getTime(), (totals.get(start.getTime()) ?? 0) + latest.value);
    }
  }
  return totals;
}

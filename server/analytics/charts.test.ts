import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Actor, UserActor } from "#server/domain/actor.ts";
import { isoDay } from "#server/domain/analytics-period.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import {
  type Authority,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, createRuntime } from "#server/testing/fixtures.ts";
import { rowsReadBy } from "#server/testing/rows-read.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount } from "#server/testing/usage.ts";
import * as store from "./figures-store.ts";
import { listSeatLicenses, readSeatUse } from "./seats-store.ts";
import { createAnalytics } from "./service.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let database: TestDatabase;
let owner: Client;
/** Midnight, two days before the database's today. */
let begin: Date;
let authority: Authority;
let actor: UserActor;
let analytics: ReturnType<typeof createAnalytics>;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const { rows } = await owner.query<{ begin: Date }>(
    "SELECT date_trunc('day', now(), 'UTC') - interval '48 hours' AS begin",
  );
  begin = rows[0]?.begin ?? new Date(0);
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});
beforeEach(async () => {
  authority = createAuthority(
    database.appUrl,
    createRuntime(database.appUrl, new TestClock(begin.toISOString())),
  );
  analytics = createAnalytics({ ...authority, marginMs: 0 });
  ({ actor } = await createVendor(authority));
  return () => authority.close();
});

const day = (number: number) => isoDay(new Date(begin.getTime() + number * DAY_MS));
/** By hours, of the first two days. */
const hours = () => `${day(0)}..${day(1)}`;
/** By days, the first of which is the third. */
const days = () => `${day(-2)}..${day(2)}`;

/** Points that are not nothing, as `step value value`, hours or days counted from the begin of the period. */
function told(
  { span, points }: { span: { from: Date; step: string }; points: readonly { start: Date }[] },
  of: (point: never) => readonly (number | null)[],
): string[] {
  return points.flatMap((point) => {
    const values = Reflect.apply(of, undefined, [point]) as (number | null)[];
    const step = (point.start.getTime() - span.from.getTime()) / (span.step === "hour" ? HOUR_MS : DAY_MS);
    return values.some((value) => value !== 0) ? [`${step}: ${values.join(" ")}`] : [];
  });
}

/** Two licenses of two products: one busy, one with a device only. */
async function busyWorld() {
  const { tenantId } = actor;
  const products = await Promise.all(
    ["renderer", "viewer"].map(async (code) => {
      const id = newUuid();
      const row = { tenantId, id, code, name: code.toUpperCase(), keyPrefix: code.slice(0, 4).toUpperCase() };
      await authority.database.withTenant(tenantId, (tx) => tx.product.create({ data: row }));
      return { tenantId, slug: "", productId: id, product: code };
    }),
  );
  const [renderer, viewer] = products;
  if (renderer === undefined || viewer === undefined) throw new Error("two products");
  const busy = await createAccount(authority, renderer, {}, { seats: 2 });
  const checkout = (holder: string) =>
    authority.leases.checkout(tenantId, { ...busy.caller(), holder, nonce: randomSecret(16) });
  await busy.grant(100);
  await busy.debit(7);
  for (const holder of ["ann", "bob", "carl", "carl"]) await checkout(holder);
  authority.clock.advance(HOUR_MS);
  for (const holder of ["ann", "bob", "carl", "dora"]) await checkout(holder);
  const about = { appVersion: "4.2.0", platform: "linux x64" };
  const request = activateRequest(busy.licenseKey, "second", { metadata: about });
  await authority.activations.activate(tenantId, request);
  authority.clock.advance(25 * HOUR_MS);
  await busy.debit(10);
  await checkout("ann");
  const other = await authority.database.withTenant(tenantId, (tx) =>
    tx.license.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id: busy.id } } }),
  );
  await analytics.rollUp();
  return { ...busy, renderer, viewer, customerId: other.customerId };
}

test("seats, denials, usage and devices are told by hours and by days as they were, and so is what they mean", async () => {
  const { id: licenseId, customerId } = await busyWorld();
  const seatsOf = ({
    peak,
    capacity,
    turnedAway,
  }: {
    peak: number;
    capacity: number | null;
    turnedAway: number;
  }) => [peak, capacity === 2 ? 0 : capacity, turnedAway];
  const byHours = await analytics.seats(actor, { period: hours() });
  expect(told(byHours, seatsOf)).toEqual(["0: 2 0 1", "1: 2 0 2", "26: 1 0 0"]);
  const byDays = await analytics.seats(actor, { period: days() });
  // Carl came in vain in two hours, and is one person.
  expect(told(byDays, seatsOf)).toEqual(["2: 2 0 2", "3: 1 0 0"]);
  expect(byDays.empty).toBeNull();
  expect(byDays.licenses).toMatchObject([
    {
      license: { id: licenseId, customerId, seats: 2 },
      use: { seats: 2, days: 2, peak: 2, peakDays: 1, turnedAway: 2, needed: 4 },
      advice: { verdict: "more", seats: 4 },
    },
  ]);

  const denials = await analytics.denials(actor, { period: days() });
  expect(denials.reasons).toEqual([
    { code: "no_seats_available", value: 4, example: expect.stringMatching(/^cor_/) },
  ]);
  expect(told(denials, ({ values }: { values: number[] }) => values)).toEqual(["2: 4"]);
  const story = await authority.stories.read(
    actor,
    { of: "request", correlationId: denials.reasons[0]?.example ?? "" },
    { changesOf: "licenses" },
  );
  expect(story).toMatchObject({ steps: [{ decision: { code: "no_seats_available" } }] });

  const usage = await analytics.usage(actor, { period: days() });
  expect(usage.meters).toMatchObject([{ code: "credits", total: 17, productName: "RENDERER" }]);
  expect(told(usage, ({ value }: { value: number }) => [value])).toEqual(["2: 7", "3: 10"]);
  expect(usage.customers).toEqual([{ customerId, name: `Customer ${customerId}`, value: 17 }]);

  const devices = await analytics.activations(actor, { period: hours() });
  expect(told(devices, ({ value }: { value: number }) => [value])).toEqual(["0: 1", "1: 1"]);
  const spread = await analytics.spread(actor, { period: hours() });
  expect(spread.versions).toEqual({
    shown: [
      { name: "", value: 1 },
      { name: "4.2.0", value: 1 },
    ],
    rest: 0,
    total: 2,
  });
  expect(spread.platforms.shown.map(({ name }) => name)).toEqual(["", "linux x64"]);
});

test("what is narrowed to a customer, license or product is theirs alone, and a file holds the numbers of the chart", async () => {
  const { id: licenseId, customerId, renderer, viewer } = await busyWorld();
  const period = days();
  const all = await analytics.seats(actor, { period });
  expect((await analytics.seats(actor, { period, customerId })).points).toEqual(all.points.map(atIssue));
  expect((await analytics.seats(actor, { period, licenseId })).points).toEqual(all.points.map(atIssue));
  expect((await analytics.denials(actor, { period, customerId })).points).toEqual(
    (await analytics.denials(actor, { period, productId: renderer.productId })).points,
  );
  expect(await analytics.denials(actor, { period, productId: viewer.productId })).toMatchObject({
    reasons: [],
    empty: { reason: "filtered" },
  });
  expect(await analytics.usage(actor, { period, customerId: newUuid() })).toMatchObject({
    meters: [],
    empty: { reason: "filtered" },
  });

  const csv = async (table: "seats" | "denials" | "renewals") =>
    (await analytics.csv(actor, { table, period })).content.split("\r\n");
  const seats = all.points.map(({ start, peak, capacity, turnedAway }) =>
    [isoDay(start), peak, capacity, turnedAway].join(","),
  );
  expect(await csv("seats")).toEqual(["day_utc,peak_seats_in_use,seats,people_turned_away", ...seats, ""]);
  expect((await csv("denials"))[3]).toBe(`${day(0)},4`);
  expect((await csv("renewals"))[1]).toMatch(/,2,2,2,1,2,4,Peak was 2 of 2 seats/);

  /** One license's capacity is known to begin when it was issued, that of all only since it was first counted. */
  function atIssue<Point extends { start: Date; capacity: number | null }>(point: Point): Point {
    return point.start < begin ? { ...point, capacity: null } : point;
  }
});

test("a chart of nothing says why: not computed, never, not in this period, not yet", async () => {
  const reason = async (period: string, who: Actor = actor) => {
    const { points, empty } = await analytics.activations(who, { period });
    expect(points.every(({ value }) => value === 0)).toBe(true);
    return empty?.reason;
  };
  expect(await reason("30d")).toBe("not_rolled_up");
  await busyWorld();
  expect(await reason(`${day(-9)}..${day(-2)}`)).toBe("period");
  expect(await reason(`${day(20)}..${day(30)}`)).toBe("ahead");
  const { actor: stranger } = await createVendor(authority);
  await analytics.rollUp();
  expect(await reason("30d", stranger)).toBe("never");
  for (const of of ["activations", "denials", "usage", "spread", "trials", "seats"] as const)
    expect((await analytics[of](stranger, { period: "12m" })).empty?.reason, of).toBe("never");
});

test("a trial is converted by a license of the same product within 90 days, or by becoming one itself", async () => {
  authority.clock.turnTo(new Date(begin.getTime() - 100 * DAY_MS).toISOString());
  const trial = await createCatalog(authority, actor, { type: "trial", durationDays: 14 });
  const customer = async (name: string) =>
    (await authority.customers.create(actor, { name, email: null, note: "" })).id;
  const issue = (customerId: string, overrides: object = {}) =>
    issueOne(authority, actor, { ...trial, customerId }, { overrides });
  const paid = { type: "perpetual", durationDays: null };
  const [bought, late, moved, neither] = await Promise.all(["a", "b", "c", "d"].map(customer));
  if (!bought || !late || !moved || !neither) throw new Error("four customers");
  await issue(bought);
  await issue(late);
  await issue(neither);
  await issue(neither);
  authority.clock.advance(30 * DAY_MS);
  const { id: movedId } = await issue(moved);
  await issue(bought, paid);
  const counted = async () =>
    (await analytics.trials(actor, { period: "12m" })).cohorts.map(
      ({ issued, converted, open }) => `${converted} of ${issued}${open ? ", open" : ""}`,
    );
  await analytics.rollUp();
  expect(await counted()).toEqual(["1 of 4, open", "0 of 1, open"]);
  authority.clock.advance(61 * DAY_MS);
  await issue(late, paid);
  await authority.licenses.setOverrides(actor, movedId, { type: "perpetual", durationDays: null });
  authority.clock.advance(7 * DAY_MS);
  await analytics.rollUp();
  expect(await counted()).toEqual(["1 of 4", "1 of 1, open"]);

  const of = async (customerId: string) =>
    (await analytics.trials(actor, { period: "12m", customerId })).cohorts.map(
      ({ issued, converted }) => `${converted} of ${issued}`,
    );
  expect(await Promise.all([bought, late, moved, neither].map(of))).toEqual([
    ["1 of 1"],
    ["0 of 1"],
    ["1 of 1"],
    ["0 of 2"],
  ]);
});

test("however many customers there are, a chart reads about what it draws, and a ranking no more than it may", async () => {
  const { tenantId } = actor;
  const { productId } = await createCatalog(authority, actor);
  const product = [tenantId, productId];
  await owner.query(
    `INSERT INTO rollup SELECT $1, m, 'day', d, $2, md5('c' || c)::uuid, md5('l' || c)::uuid::text, c % 7 + 1
       FROM generate_series('2029-01-01'::timestamptz, '2029-12-31', '1 day') d, generate_series(1, 100) c,
            unnest(ARRAY['seats_peak']) m`,
    product,
  );
  await owner.query(
    `INSERT INTO rollup_total SELECT $1, m, 'day', d, $2, '', 900
       FROM generate_series('2024-01-01'::timestamptz, '2029-12-31', '1 day') d,
            unnest(ARRAY['activations', 'seats_peak', 'seats_capacity']) m`,
    product,
  );
  await owner.query("ANALYZE rollup, rollup_total");
  const period = { from: new Date("2029-01-01"), until: new Date("2030-01-01") };
  const { rows } = await owner.query<{ id: string }>("SELECT md5('c1')::uuid::text AS id");
  const customerId = rows[0]?.id ?? "";

  /** Rows that a read fetched from the tables of figures; none of them as a whole. */
  const fetched = (read: (tx: store.Tx) => Promise<unknown>) =>
    authority.database.withTenant(tenantId, async (tx) => {
      const tables = ["rollup", "rollup_total", "license"];
      const { scanned, fetched } = await rowsReadBy(tx, tables, () => read(tx));
      expect(scanned).toBe(0);
      return fetched;
    });
  const query = { size: "day", ...period } as const;
  const metrics = ["seats_peak", "seats_capacity"] as const;
  expect(await fetched((tx) => store.readFigures(tx, tenantId, metrics, query))).toBe(730);
  expect(await fetched((tx) => store.readFigures(tx, tenantId, metrics, { ...query, customerId }))).toBe(365);
  expect(await fetched((tx) => store.findLatest(tx, tenantId, "activations", period))).toBeLessThan(730);
  const ofCustomer = { ...period, customerIds: [customerId], limit: 10 };
  expect(await fetched((tx) => readSeatUse(tx, tenantId, ofCustomer))).toBe(365);
  expect(await fetched((tx) => listSeatLicenses(tx, tenantId, { customerId }, 10))).toBe(0);
  const since = await authority.database.withTenant(tenantId, (tx) =>
    store.findAddableFrom(tx, tenantId, "seats_peak", period, 1_000),
  );
  expect(since).toEqual(new Date("2029-12-22"));
  const ranking = { ...period, from: since ?? period.from, limit: 10 };
  expect(await fetched((tx) => readSeatUse(tx, tenantId, ranking))).toBe(1_000);
  const none = await authority.database.withTenant(tenantId, (tx) =>
    store.findAddableFrom(tx, tenantId, "seats_peak", period, 99),
  );
  expect(none, "a day is too much").toBeUndefined();
});

import type { Prisma } from "#prisma/generated/client.ts";
import { EVENTS } from "#server/domain/event-catalogue.ts";
import type { LicensePayload } from "#server/domain/event-payloads.ts";
import { publicId } from "#server/domain/ids.ts";
import { teamPlace } from "#server/domain/places.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Database } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import type { MailPayload } from "./catalogue.ts";
import * as store from "./digest-store.ts";
import type { Mails } from "./mails.ts";
import { meterNames, productNames } from "./notice-store.ts";
import { dayWords } from "./notices.ts";

type Tx = Prisma.TransactionClient;
type Digest = Omit<MailPayload<"staff-digest">, "userId" | "place">;

/** From then on of each day, in UTC: before most people come to work, in most places. */
const FROM_HOUR = 6;
/** Read for one digest; shown of each kind. The rest is counted. */
const EVENTS_MAX = 5_000;
const SHOWN_MAX = 8;

/** One mail a day, at most, to each of a vendor's staff who wants it: which licenses end, which lack seats or credits. */
export function createStaffDigest({
  database,
  clock,
  mails,
  readersOf,
}: {
  database: Database;
  clock: Clock;
  mails: Mails;
  /** Those of the staff who want it. */
  readersOf: (tx: Tx, tenantId: string) => Promise<readonly { userId: string; email: string }[]>;
}) {
  async function make(tx: Tx, tenantId: string, day: Date): Promise<number> {
    await store.lockDigest(tx, tenantId);
    if (!(await store.isDigestDue(tx, tenantId, day))) return 0;
    const events = await store.takeForDigest(tx, tenantId, day, EVENTS_MAX);
    const readers = await readersOf(tx, tenantId);
    if (readers.length === 0 || events.length === 0) return 0;
    const digest = digestOf(events, await productNames(tx, tenantId), await meterNames(tx, tenantId));
    for (const { userId, email } of readers)
      await mails.enqueue(tx, {
        tenantId,
        template: "staff-digest",
        payload: { userId: publicId("user", userId), place: teamPlace(tenantId), ...digest },
        to: email,
        dedupeKey: `staff-digest/${day.toISOString().slice(0, 10)}/${userId}`,
      });
    return readers.length;
  }

  return {
    /**
     * Writes the digests that are due, over all tenants, each in the transaction that notes what it tells of: run twice, or by
     * two workers at once, nobody gets two.
     */
    async write(): Promise<{ written: number }> {
      let written = 0;
      const now = clock.now();
      if (now.getUTCHours() < FROM_HOUR) return { written };
      const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
      await eachTenant(database, async (tenantId) => {
        if (await database.withTenant(tenantId, (tx) => store.isDigestDue(tx, tenantId, day)))
          written += await database.withTenant(tenantId, (tx) => make(tx, tenantId, day));
      });
      return { written };
    },
  };
}

type Told = Awaited<ReturnType<typeof store.takeForDigest>>;

/** Of each license and meter the newest; hours in which seats were short are counted. */
function digestOf(
  events: Told,
  products: ReadonlyMap<string, string>,
  meters: ReadonlyMap<string, string>,
): Digest {
  const expiring = new Map<string, Digest["expiring"]["shown"][number] & { daysLeft: number }>();
  const seats = new Map<string, Digest["seats"]["shown"][number]>();
  const credits = new Map<string, Digest["credits"]["shown"][number]>();
  const of = ({ customer, product, keyHint }: LicensePayload) => ({
    customer: customer.name,
    product: products.get(product.code) ?? product.code,
    key: keyHint,
  });
  for (const { type, data } of events) {
    if (type === "license.expiring") {
      const { license, daysLeft } = EVENTS[type].data.parse(data);
      if (!expiring.has(license.id))
        expiring.set(license.id, { ...of(license), daysLeft, expiresAt: dayWords(license.expiresAt) });
    } else if (type === "pool.exhausted") {
      const { license } = EVENTS[type].data.parse(data);
      const hours = (seats.get(license.id)?.hours ?? 0) + 1;
      seats.set(license.id, { ...of(license), seats: license.seats, hours });
    } else if (type === "credits.low" || type === "credits.exhausted") {
      const { license, meter, balance } = EVENTS[type].data.parse(data);
      const name = meters.get(`${license.product.code}/${meter}`) ?? meter;
      const left = type === "credits.low" ? Math.max(0, Math.floor(balance)) : 0;
      const about = `${license.id}/${meter}`;
      if (!credits.has(about)) credits.set(about, { ...of(license), meter: name, balance: left });
    }
  }
  const soonest = [...expiring.values()].toSorted((one, other) => one.daysLeft - other.daysLeft);
  const worst = [...seats.values()].toSorted((one, other) => other.hours - one.hours);
  const emptiest = [...credits.values()].toSorted((one, other) => one.balance - other.balance);
  return { expiring: shown(soonest), seats: shown(worst), credits: shown(emptiest) };
}

function shown<Row>(rows: readonly Row[]): { shown: Row[]; total: number } {
  return { shown: rows.slice(0, SHOWN_MAX), total: rows.length };
}

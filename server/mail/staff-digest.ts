import type { Prisma } from "#prisma/generated/client.ts";
import { publicId, storedId } from "#server/domain/ids.ts";
import type { LicenseStatus } from "#server/domain/license-state.ts";
import { teamPlace } from "#server/domain/places.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Database } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import type { MailPayload } from "./catalogue.ts";
import * as store from "./digest-store.ts";
import type { Mails } from "./mails.ts";
import { dayWords } from "./notices.ts";

type Tx = Prisma.TransactionClient;
type Digest = Omit<MailPayload<"staff-digest">, "userId" | "place">;

/** From then on of each day, in UTC: before most people come to work, in most places. */
const FROM_HOUR = 6;
/** Rows or licenses in one statement, and pages of events for one digest, so that others wait for it briefly: the next day tells of the rest. */
const PAGE = 5_000;
const PAGES_MAX = 10;
/** Of each kind; the rest is counted. */
const SHOWN_MAX = 8;
const DAY_MS = 86_400_000;
/** Nobody lacks anything under others. */
const IN_USE: ReadonlySet<LicenseStatus> = new Set(["active", "grace"]);

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
  async function make(tx: Tx, tenantId: string, day: Date, now: Date): Promise<number> {
    await store.lockDigest(tx, tenantId);
    if (!(await store.isDigestDue(tx, tenantId, day))) return 0;
    for (let page = 1; page <= PAGES_MAX; page++)
      if ((await store.takeForDigest(tx, tenantId, day, PAGE)) < PAGE) break;
    const readers = await readersOf(tx, tenantId);
    if (readers.length === 0) return 0;
    const digest = await digestOf(tx, tenantId, await store.takenOn(tx, tenantId, day), now);
    if (digest.expiring.total + digest.seats.total + digest.credits.total === 0) return 0;
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
          written += await database.withTenant(tenantId, (tx) => make(tx, tenantId, day, now));
      });
      return { written };
    },
  };
}

/** What still holds of what was taken, by the licenses and balances as they are now. */
async function digestOf(tx: Tx, tenantId: string, taken: readonly store.Taken[], now: Date): Promise<Digest> {
  const known = taken.flatMap((each) => {
    const id = storedId("license", each.license);
    return id === undefined ? [] : [{ ...each, id }];
  });
  const licenses = new Map<string, store.Standing>();
  const balances = new Map<string, store.Balance>();
  for (const ids of pages(known.map(({ id }) => id)))
    for (const each of await store.standingOf(tx, tenantId, ids, now)) licenses.set(each.id, each);
  for (const ids of pages(known.flatMap(({ id, kind }) => (kind === "credits" ? [id] : []))))
    for (const each of await store.balancesOf(tx, tenantId, ids))
      balances.set(`${each.licenseId}/${each.meter}`, each);

  const expiring: (Digest["expiring"]["shown"][number] & { daysLeft: number })[] = [];
  const seats: Digest["seats"]["shown"][number][] = [];
  const credits: Digest["credits"]["shown"][number][] = [];
  for (const { kind, id, meter, times, at, ...told } of known) {
    const license = licenses.get(id);
    if (license === undefined || !IN_USE.has(license.status)) continue;
    const { customer, product, key, expiresAt } = license;
    const of = { customer, product, key };
    if (kind === "expiring") {
      const renewed = expiresAt === null || told.expiresAt === null || expiresAt > new Date(told.expiresAt);
      if (renewed || expiresAt <= now) continue;
      const daysLeft = Math.ceil((expiresAt.getTime() - now.getTime()) / DAY_MS);
      expiring.push({ ...of, daysLeft, expiresAt: dayWords(expiresAt.toISOString()) });
    } else if (kind === "seats") {
      if (license.seats <= told.seats) seats.push({ ...of, seats: license.seats, hours: times });
    } else {
      const account = balances.get(`${id}/${meter}`);
      if (account === undefined || (account.lastGrantedAt !== null && account.lastGrantedAt > at)) continue;
      credits.push({ ...of, meter: account.name, balance: Math.max(0, Math.floor(account.balance)) });
    }
  }
  return {
    expiring: shown(expiring.toSorted((one, other) => one.daysLeft - other.daysLeft)),
    seats: shown(seats.toSorted((one, other) => other.hours - one.hours)),
    credits: shown(credits.toSorted((one, other) => one.balance - other.balance)),
  };
}

function pages(ids: readonly string[]): string[][] {
  const all = [...new Set(ids)];
  return Array.from({ length: Math.ceil(all.length / PAGE) }, (_, page) =>
    all.slice(page * PAGE, (page + 1) * PAGE),
  );
}

function shown<Row>(rows: readonly Row[]): { shown: Row[]; total: number } {
  return { shown: rows.slice(0, SHOWN_MAX), total: rows.length };
}

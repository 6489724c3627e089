import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JournalEntry } from "#sdk/wire.ts";
import { SignetError } from "#server/domain/errors.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime } from "#server/testing/fixtures.ts";
import { createOfflineDevice, readResponse, use } from "#server/testing/offline-device.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount } from "#server/testing/usage.ts";

const TICKET_AMOUNT = 20;
const TICKETS = 3;
const OFFLINE_DAYS = 10;
let testDatabase: TestDatabase;
let clock: TestClock;
let servers: readonly [Runtime, Runtime];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  clock = new TestClock("2030-01-01");
  servers = [createRuntime(testDatabase.appUrl, clock), createRuntime(testDatabase.appUrl, clock)];
});
afterAll(async () => {
  await Promise.all(servers.map((each) => each.close()));
  await testDatabase.drop();
});

/** A device's journal that keeps to its tickets, as far as the random wishes allow. */
function chainOf(wishes: readonly [number, number, boolean][], tickets: readonly string[]): JournalEntry[] {
  const left = tickets.map(() => TICKET_AMOUNT);
  return wishes.flatMap(([which, amount, closes]) => {
    const rest = left[which] ?? -1;
    if (rest < amount) return [];
    left[which] = closes ? -1 : rest - amount;
    return [use(tickets[which] ?? "", amount, closes)];
  });
}

const wishes = fc.array(
  fc.tuple(
    fc.nat(TICKETS - 1),
    fc.nat(6),
    fc.nat(3).map((n) => n === 0),
  ),
  {
    minLength: 1,
    maxLength: 12,
  },
);
/** Uploads at one server or at both at once: from so many entries back, or beyond the next, on; and time that passes, swept or not. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        skip: fc.integer({ min: -3, max: 1 }),
        count: fc.integer({ min: 1, max: 4 }),
        both: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom("passes" as const, "swept" as const) },
  ),
  { minLength: 3, maxLength: 9 },
);

test("whatever stretches of a journal arrive, in whatever order, twice or late: what it says is charged once, and nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(wishes, steps, async (wanted, arriving) => {
      const [runtime] = servers;
      const tenant = await createTenant(runtime);
      const { tenantId } = tenant;
      const rules = { offlineAllowed: true, offlineDaysMax: OFFLINE_DAYS };
      const account = await createAccount(runtime, tenant, { periodCredits: 100 }, rules);
      const device = await createOfflineDevice(newUuid());
      const tickets = [...Array(TICKETS).keys()].map(() => ({
        id: newUuid(),
        meter: "credits",
        amount: TICKET_AMOUNT,
      }));
      const request = await device.request(account.licenseKey, { tickets });
      const { decision } = await runtime.offline.activate(tenantId, {
        text: request,
        correlationId: "cor_request",
      });
      if (decision.outcome === "denied") throw new Error(decision.code);
      const activation = readResponse(decision.value.response).sub;
      const chain = chainOf(
        wanted,
        tickets.map(({ id }) => id),
      );
      if (chain.length === 0) return;

      let recorded = 0;
      const sum = (count: number) => chain.slice(0, count).reduce((total, { amount }) => total + amount, 0);
      const upload = async (first: number, last: number, at: Runtime) => {
        const text = await device.journal(activation, chain.slice(0, last), { first });
        return at.offline.recordJournal(tenantId, { text, correlationId: "cor_journal" });
      };
      for (const step of [...arriving, { skip: -chain.length, count: chain.length, both: true }]) {
        if (typeof step === "string") {
          clock.advance((OFFLINE_DAYS + 1) * 86_400_000);
          if (step === "swept") await runtime.usage.expireTickets();
          continue;
        }
        const first = Math.max(1, recorded + 1 + step.skip);
        const last = Math.min(first + step.count - 1, chain.length);
        if (last < first) continue;
        const hosts = step.both ? servers : [runtime];
        const answers = await Promise.allSettled(hosts.map((at) => upload(first, last, at)));
        if (first > recorded + 1) {
          for (const each of answers)
            expect(each).toMatchObject({ status: "rejected", reason: expect.any(SignetError) });
          continue;
        }
        const news = answers.map((each) => (each.status === "fulfilled" ? each.value.replayed : each.reason));
        expect(news.filter((replayed) => replayed === false).length).toBe(last > recorded ? 1 : 0);
        expect(news.filter((replayed) => replayed === true).length).toBe(
          hosts.length - (last > recorded ? 1 : 0),
        );
        recorded = Math.max(recorded, last);
        await account.checkLedger();
        expect((await account.account()).spent).toBeLessThanOrEqual(sum(recorded));
      }
      clock.advance((OFFLINE_DAYS + 1) * 86_400_000);
      await runtime.usage.expireTickets();
      await account.checkLedger();
      expect(await account.account()).toMatchObject({ reserved: 0, spent: sum(chain.length) });
    }),
    { numRuns: 25 },
  );
});

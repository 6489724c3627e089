import { hash } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readArmour } from "#sdk/offline-armour.ts";
import type { JournalEntry, JournalReceiptClaims } from "#sdk/wire.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import type { MeterRules } from "#server/domain/policy.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { createOfflineDevice, readResponse, use } from "#server/testing/offline-device.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount } from "#server/testing/usage.ts";

import { journalItem } from "./journals.ts";
import type { JournalRow } from "./offline-store.ts";

const DAY_MS = 86_400_000;
let testDatabase: TestDatabase;
let runtime: Runtime;
let other: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
  // A second server on the same database.
  other = createRuntime(testDatabase.appUrl, runtime.clock);
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  await Promise.all([runtime.close(), other.close()]);
  await testDatabase.drop();
});

/** An air-gapped device with tickets of these amounts, out of 100 credits, for ten days. */
async function machine(amounts: readonly number[], meter: Partial<MeterRules> = {}, at: Runtime = runtime) {
  const offline = { offlineAllowed: true, offlineDaysMax: 10 };
  const account = await createAccount(at, tenant, { periodCredits: 100, ...meter }, offline);
  const device = await createOfflineDevice(newUuid());
  const wanted = amounts.map((amount) => ({ id: newUuid(), meter: "credits", amount }));
  const text = await device.request(account.licenseKey, { tickets: wanted });
  const { decision } = await at.offline.activate(tenant.tenantId, { text, correlationId: "cor_request" });
  if (decision.outcome === "denied") throw new Error(decision.code);
  const activation = readResponse(decision.value.response).sub;
  const { activationId } = decision.value;
  return { account, device, activation, activationId, tickets: wanted.map(({ id }) => id) };
}

type Machine = Awaited<ReturnType<typeof machine>>;

const record = (text: string, at: Runtime = runtime) =>
  at.offline.recordJournal(tenant.tenantId, { text, correlationId: "cor_journal" });

const upload = async (
  { device, activation }: Machine,
  chain: readonly JournalEntry[],
  first = 1,
  at = runtime,
) => record(await device.journal(activation, chain, { first }), at);

/** Code and sentence of a refusal. */
async function refusal(text: Promise<string>): Promise<[string, string]> {
  try {
    await record(await text);
  } catch (error) {
    if (error instanceof SignetError) return [error.code, error.message];
    throw error;
  }
  throw new Error("it was recorded");
}

async function standing({ account }: Machine) {
  await account.checkLedger();
  const { reserved, spent, balance } = await account.account();
  return { reserved, spent, balance };
}

const claimsOf = (jws: string): JournalReceiptClaims =>
  JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString());

test("a journal settles the tickets it closes with what was spent of them, returns the rest, and gets a signed receipt", async () => {
  const own = await machine([40, 30]);
  const [first = "", second = ""] = own.tickets;
  const chain = [use(first, 5), use(second, 7), use(first, 6, true)];
  const text = await own.device.journal(own.activation, chain);
  const answer = await record(text);
  expect(answer.tickets).toEqual([
    { ticket: first, meter: "credits", journaled: 11, charged: 11, late: 0, status: "settled" },
    { ticket: second, meter: "credits", journaled: 7, charged: 0, late: 0, status: "open" },
  ]);
  expect(await standing(own)).toEqual({ reserved: 30, spent: 11, balance: 59 });
  const armour = readArmour("journal", text);
  expect(claimsOf(answer.receipt)).toMatchObject({
    kind: "journal",
    sub: own.activation,
    req: hash("sha256", armour.ok ? armour.jws : "", "base64url"),
    last: 3,
    head: answer.head,
    tickets: answer.tickets,
  });
});

test("the same journal, a part of it, and one that overlaps it charge nothing twice, also at two servers at once", async () => {
  const own = await machine([40, 30]);
  const [first = "", second = ""] = own.tickets;
  const chain = [use(first, 5), use(first, 6, true), use(second, 3), use(second, 4, true)];
  const early = await own.device.journal(own.activation, chain.slice(0, 2));
  const answers = await Promise.all([...Array(20).keys()].map((n) => record(early, n % 2 ? other : runtime)));
  expect(answers.filter((each) => !each.replayed).length).toBe(1);
  for (const each of answers)
    expect(each).toMatchObject({ last: 2, head: answers[0]?.head, tickets: answers[0]?.tickets });
  expect(await standing(own)).toEqual({ reserved: 30, spent: 11, balance: 59 });

  const whole = await upload(own, chain, 2, other);
  expect(whole).toMatchObject({ last: 4, replayed: false, tickets: [{ ticket: second, charged: 7 }] });
  expect(await record(early)).toMatchObject({ last: 2, tickets: answers[0]?.tickets, replayed: true });
  const part = await upload(own, chain.slice(0, 3));
  expect(part).toMatchObject({ last: 4, head: whole.head, tickets: whole.tickets, replayed: true });
  expect(await standing(own)).toEqual({ reserved: 0, spent: 18, balance: 82 });
});

/** Holds the rows of a query until told to let go. */
async function hold(query: string, values: readonly string[]): Promise<() => Promise<void>> {
  const client = await runtime.database.pool.connect();
  await client.query("BEGIN");
  await client.query("SELECT set_config('signet.tenant_id', $1, true)", [tenant.tenantId]);
  await client.query(`${query} FOR UPDATE`, [tenant.tenantId, ...values]);
  return async () => {
    await client.query("ROLLBACK");
    client.release();
  };
}

/** The sessions that record a journal and wait for a lock, once there are so many. */
function waiting(count: number): Promise<readonly number[]> {
  const query =
    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT * FROM record_journal%'";
  return vi.waitUntil(async () => {
    const { rows } = await runtime.database.pool.query<{ pid: number }>(query);
    return rows.length >= count && rows.map(({ pid }) => pid);
  }, 10_000);
}

test("a server killed in the middle of a journal leaves nothing of it, and the same file then takes effect as a whole", async () => {
  const own = await machine([40]);
  const text = await own.device.journal(own.activation, [use(own.tickets[0] ?? "", 12, true)]);
  // Its entries are written and its ticket is held: now its session dies.
  const letGo = await hold("SELECT 1 FROM ticket WHERE tenant_id = $1 AND id = $2", own.tickets);
  const doomed = record(text, other).catch((error: unknown) => error);
  await runtime.database.pool.query("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid", [
    await waiting(1),
  ]);
  expect(await doomed).toMatchObject({ code: "outcome_unknown" });
  await letGo();
  expect(await standing(own)).toEqual({ reserved: 40, spent: 0, balance: 60 });
  expect((await record(text, other)).replayed).toBe(false);
  expect((await record(text)).replayed).toBe(true);
  expect(await standing(own)).toEqual({ reserved: 0, spent: 12, balance: 88 });
});

test("servers that record one journal at once wait for each other, so that none has to be tried again", async () => {
  const own = await machine([40]);
  const [ticket = ""] = own.tickets;
  const { item } = await journalItem(
    await own.device.journal(own.activation, [use(ticket, 3), use(ticket, 4)]),
    "cor_direct",
  );
  const letGo = await hold("SELECT 1 FROM ticket WHERE tenant_id = $1 AND id = $2", own.tickets);
  const recording = Promise.all(
    [...Array(4).keys()].map(() =>
      other.database.pool.query<JournalRow>("SELECT * FROM record_journal($1, $2, $3)", [
        tenant.tenantId,
        runtime.clock.now(),
        JSON.stringify({ ...item, event_id: newUuid() }),
      ]),
    ),
  );
  await Promise.all([waiting(4).then(letGo), recording]);
  expect((await recording).filter((each) => each.rows[0]?.replayed === false).length).toBe(1);
});

test("entries that are missing, changed, from another device or activation, or beyond their ticket: each is refused in its own words, and nothing is charged", async () => {
  const own = await machine([40, 30]);
  const [first = "", second = ""] = own.tickets;
  const chain = [use(first, 5), use(second, 3), use(first, 1, true)];
  const { device, activation } = own;
  await upload(own, chain.slice(0, 1));
  const before = await standing(own);
  const stranger = await machine([10]);
  const [foreign = ""] = stranger.tickets;
  const online = {
    ...own.account.caller(),
    activationId: own.activationId,
    id: newUuid(),
    meter: "credits",
    amount: 5,
  };
  await runtime.usage.issue(tenant.tenantId, online);
  const forked = [use(first, 4), ...chain.slice(1)];
  const unlike = (rest: Parameters<typeof device.journal>[2]) =>
    refusal(device.journal(activation, chain, rest));
  const next = (...more: JournalEntry[]) =>
    refusal(device.journal(activation, [...chain.slice(0, 1), ...more], { first: 2 }));

  const refusals = [
    await unlike({ first: 3 }),
    await unlike({ change: { entries: chain.slice(0, 2) } }),
    await unlike({ change: { entries: forked } }),
    await refusal(device.journal(activation, forked)),
    await refusal(device.journal(activation, forked, { first: 2 })),
    await refusal(device.journal(stranger.activation, chain)),
    await unlike({ change: { prev: "p".repeat(43) } }),
    await next(use(foreign, 1)),
    await next(use(online.id, 1)),
    await next(use(second, 30), use(second, 1)),
    await next(use(second, 1, true), use(second, 1)),
  ];
  const words = [
    "Entries 2 to 2 are missing",
    "do not lead to its head",
    "do not lead to its head",
    "says something else than it did before",
    "does not follow what was recorded",
    "This device is not activated",
    "not where this device's journal begins",
    `Entry 2 spends from ticket ${foreign}`,
    "was not given for offline use",
    "Up to entry 3, more was spent",
    "Entry 3 spends from ticket",
  ];
  expect(refusals.map(([, sentence]) => sentence)).toEqual(
    words.map((each) => expect.stringContaining(each)),
  );
  expect(new Set(refusals.map(([code]) => code))).toEqual(
    new Set(["offline_request_invalid", "activation_not_found"]),
  );
  expect(await standing(own)).toEqual({
    ...before,
    reserved: before.reserved + 5,
    balance: before.balance - 5,
  });
  expect(await standing(stranger)).toMatchObject({ spent: 0 });
  // What was refused can still be put right.
  expect(await upload(own, chain, 2)).toMatchObject({ last: 3, replayed: false });
});

test("a ticket that its journal has not closed is charged for what the journal said when its time has passed", async () => {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(testDatabase.appUrl, clock);
  const used = await machine([40], {}, own);
  await upload(used, [use(used.tickets[0] ?? "", 9)], 1, own);
  clock.advance(10 * DAY_MS);
  await own.usage.expireTickets();
  expect(await standing(used)).toEqual({ reserved: 40, spent: 0, balance: 60 });
  clock.advance(1_000);
  await own.usage.expireTickets();
  expect(await standing(used)).toEqual({ reserved: 0, spent: 9, balance: 91 });
  await own.usage.expireTickets();
  expect(await standing(used)).toEqual({ reserved: 0, spent: 9, balance: 91 });
  await own.close();
});

test("a journal that arrives after its tickets' time is charged late, once, from what balance and overdraft allow, and says what they did not", async () => {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(testDatabase.appUrl, clock);
  const late = await machine([40, 40], { overdraft: 5 }, own);
  const [first = "", second = ""] = late.tickets;
  clock.advance(11 * DAY_MS);
  await own.usage.expireTickets();
  expect(await standing(late)).toEqual({ reserved: 0, spent: 0, balance: 100 });
  await late.account.debit(70, newUuid(), own);
  const chain = [use(first, 25, true), use(second, 30, true)];
  const answer = await upload(late, chain, 1, own);
  expect(answer.tickets).toMatchObject([
    { ticket: first, journaled: 25, charged: 25, late: 25, status: "expired" },
    { ticket: second, journaled: 30, charged: 10, late: 10, status: "expired" },
  ]);
  expect(await standing(late)).toEqual({ reserved: 0, spent: 105, balance: -5 });
  expect((await upload(late, chain, 1, own)).tickets).toEqual(answer.tickets);
  expect(await standing(late)).toEqual({ reserved: 0, spent: 105, balance: -5 });
  const events = await own.database.withTenant(tenant.tenantId, (tx) =>
    tx.runtimeEvent.findMany({
      where: { tenantId: tenant.tenantId, licenseId: late.account.id, operation: "offline_journal" },
      orderBy: { id: "asc" },
    }),
  );
  expect(events.map(({ facts }) => facts)).toMatchObject([{ late: 35, short: 20 }, { replayed: true }]);
  await own.close();
});

test("what a ticket's journal tells late in several files is charged as it comes", async () => {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(testDatabase.appUrl, clock);
  const late = await machine([40], {}, own);
  const [ticket = ""] = late.tickets;
  const chain = [use(ticket, 4), use(ticket, 5), use(ticket, 6, true)];
  await upload(late, chain.slice(0, 1), 1, own);
  clock.advance(11 * DAY_MS);
  await own.usage.expireTickets();
  const charged = [];
  for (const length of [2, 3]) {
    const { tickets } = await upload(late, chain.slice(0, length), 1, own);
    charged.push(tickets.map((each) => [each.journaled, each.charged, each.late]));
    await late.account.checkLedger();
  }
  expect(charged).toEqual([[[9, 9, 5]], [[15, 15, 11]]]);
  expect(await standing(late)).toEqual({ reserved: 0, spent: 15, balance: 85 });
  await own.close();
});

test("where nobody has swept a ticket yet whose time has passed, its journal is charged from what it reserved", async () => {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(testDatabase.appUrl, clock);
  const unswept = await machine([40], {}, own);
  clock.advance(11 * DAY_MS);
  const answer = await upload(unswept, [use(unswept.tickets[0] ?? "", 15)], 1, own);
  expect(answer.tickets).toMatchObject([{ charged: 15, late: 0, status: "settled" }]);
  expect(await standing(unswept)).toEqual({ reserved: 0, spent: 15, balance: 85 });
  await own.close();
});

test("a ticket that a journal spends from is not given back or settled otherwise", async () => {
  const own = await machine([40]);
  const [ticketId = ""] = own.tickets;
  await upload(own, [use(ticketId, 9)]);
  const caller = { ...own.account.caller(), activationId: own.activationId, ticketId };
  const outcomes = [
    await runtime.usage.void(tenant.tenantId, caller),
    await runtime.usage.settle(tenant.tenantId, { ...caller, used: 0 }),
  ];
  expect(outcomes.map((each) => each.outcome === "denied" && each.code)).toEqual([
    "ticket_settled",
    "ticket_settled",
  ]);
  expect(await standing(own)).toEqual({ reserved: 40, spent: 0, balance: 60 });
});

test("what was used is charged whatever has become of the license and the activation since", async () => {
  const own = await machine([40]);
  await runtime.activations.deactivate(tenant.tenantId, {
    activationId: own.activationId,
    correlationId: "cor_gone",
  });
  await own.account.change({ revokedAt: runtime.clock.now() });
  await upload(own, [use(own.tickets[0] ?? "", 9, true)]);
  expect(await standing(own)).toMatchObject({ reserved: 0, spent: 9 });
});

test("a machine that was installed anew begins a journal of its own, and the old one is still taken", async () => {
  const own = await machine([40]);
  const [ticket = ""] = own.tickets;
  await upload(own, [use(ticket, 1)]);
  const { device } = own;
  const anew = await createOfflineDevice("anew");
  const { fingerprint } = device.requestClaims(own.account.licenseKey);
  const wanted = { id: newUuid(), meter: "credits", amount: 10 };
  const text = await anew.request(own.account.licenseKey, { fingerprint, tickets: [wanted] });
  const { decision } = await runtime.offline.activate(tenant.tenantId, { text, correlationId: "cor_anew" });
  expect(decision).toMatchObject({ outcome: "granted", value: { activationId: own.activationId } });
  expect(await upload({ ...own, device: anew }, [use(wanted.id, 4, true)])).toMatchObject({ last: 1 });
  expect(await upload(own, [use(ticket, 1), use(ticket, 2, true)])).toMatchObject({ last: 2 });
  expect(await standing(own)).toEqual({ reserved: 0, spent: 7, balance: 93 });
});

test("a journal is recorded entry by entry under the upload's correlation id, and so is each ledger line", async () => {
  const own = await machine([40]);
  await upload(own, [use(own.tickets[0] ?? "", 1), use(own.tickets[0] ?? "", 2, true)]);
  const where = { tenantId: tenant.tenantId, activationId: own.activationId };
  const [entries, lines, events] = await runtime.database.withTenant(tenant.tenantId, async (tx) => [
    await tx.offlineJournalEntry.findMany({ where, orderBy: { entry: "asc" } }),
    await tx.ledgerEntry.findMany({ where: { tenantId: tenant.tenantId, reference: own.tickets[0] ?? "" } }),
    await tx.runtimeEvent.findMany({
      where: { ...where, correlationId: "cor_journal" },
      orderBy: { operation: "asc" },
    }),
  ]);
  expect(entries.map(({ entry, amount, closes }) => [entry, Number(amount), closes])).toEqual([
    [1, 1, false],
    [2, 2, true],
  ]);
  expect(lines.filter(({ kind }) => kind === "settle").map((each) => each.correlationId)).toEqual([
    "cor_journal",
  ]);
  expect(events.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
    "offline_journal granted",
    "settle granted",
  ]);
  expect(events.at(-1)?.facts).toMatchObject({ used: 3, returned: 37, status: "settled" });
  expect(publicId("activation", own.activationId)).toBe(own.activation);
});

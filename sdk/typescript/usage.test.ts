import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type DeniedUsage, isSignetError, memoryStorage, type StateStorage } from "./src/index.ts";
import { fileStorage } from "./src/node.ts";
import { Outbox } from "./src/outbox.ts";
import { type Interference, type TestNetwork, through, unreachable } from "./testing/network.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";
import { time } from "./testing/timers.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

let server: RealServer;
let directory: string;
beforeAll(async () => {
  server = await RealServer.create();
  directory = await mkdtemp(join(tmpdir(), "signet-usage-"));
});
afterAll(async () => {
  await server.end();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => time.begin(time.now()));

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isSignetError(error)) throw new Error("It was not refused.", { cause: error });
  return { code: error.code, signed: error.signed };
}

/** A device with that many credits, and what it hears of its usage. */
async function device(credits = 100, storage: StateStorage = memoryStorage()) {
  const made = await server.device(creditRules(credits), { storage });
  const charged: string[] = [];
  const denied: DeniedUsage[] = [];
  const failed: string[] = [];
  const { usage } = made.activation;
  usage.on("charged", ({ ids }) => charged.push(...ids));
  usage.on("denied", (event) => denied.push(event));
  usage.on("failed", ({ error }) => failed.push(error.code));
  const spent = async () => (await server.account(made.license.id))?.spent;
  return { ...made, usage, spent, charged, denied, failed };
}

async function pass(seconds: number, network: TestNetwork): Promise<void> {
  for (let step = 0; step < seconds; step += 5) {
    server.pass(5_000);
    await network.quiet();
  }
}

const answerLost: Interference = async (_sent, forward) => {
  await forward();
  throw new TypeError("fetch failed");
};
const requests = (network: TestNetwork) =>
  network.sentTo(/usage$/).map(({ body }) => JSON.parse(body).events.length);

describe("usage", () => {
  test("is on disk when it is recorded, goes to the server by itself in one batch, and is charged", async () => {
    const { usage, spent, charged, network, storage } = await device();
    const ids = await Promise.all([1, 2, 3].map((amount) => usage.record("credits", amount)));
    expect([await usage.pending(), requests(network)]).toEqual([3, []]);
    await pass(5, network);
    expect([await usage.pending(), requests(network), await spent(), time.timers]).toEqual([0, [3], 6, 0]);
    expect(charged).toEqual(ids);
    expect((await storage.list()).filter((name) => name.startsWith("usage-"))).toEqual([]);
  });

  test("says when it was used, and takes a name and a time from its caller", async () => {
    const { usage, network, spent } = await device();
    const at = new Date("2029-12-31T23:59:59.123Z");
    expect(await usage.record("credits", 5, { id: "job 1", at })).toBe("job 1");
    await usage.record("credits", 5, { id: "job 1", at });
    await usage.flush();
    await usage.record("credits", 5, { id: "job 1", at });
    await usage.flush();
    expect(await spent()).toBe(5);
    const [sent] = network.sentTo(/usage$/);
    expect(JSON.parse(sent?.body ?? "").events[0]).toEqual({
      id: "job 1",
      meter: "credits",
      amount: 5,
      occurredAt: "2029-12-31T23:59:59.123Z",
    });
  });

  test.each([
    ["no meter", "", 1, {}],
    ["an amount of 0", "credits", 0, {}],
    ["half an amount", "credits", 0.5, {}],
    ["an endless name", "credits", 1, { id: "x".repeat(129) }],
    ["a name with a line end", "credits", 1, { id: "a\nb" }],
    ["no time", "credits", 1, { at: new Date(Number.NaN) }],
  ])("with %s is refused before anything is kept", async (_what, meter, amount, options) => {
    const { usage } = await device();
    expect((await refusal(usage.record(meter, amount, options))).code).toBe("invalid_request");
    expect(await usage.pending()).toBe(0);
  });

  test("goes in batches of a thousand at most", async () => {
    const { usage, network, spent } = await device(10_000);
    await Promise.all(Array.from({ length: 2_300 }, () => usage.record("credits", 1)));
    await usage.flush();
    expect(requests(network).every((count) => count <= 1_000)).toBe(true);
    expect(requests(network).reduce((sum, count) => sum + count, 0)).toBe(2_300);
    expect(requests(network).length).toBe(3);
    expect(await spent()).toBe(2_300);
  });

  test("with names as long as they may be still fits into requests that the server takes", async () => {
    const { usage, network, spent } = await device(10_000);
    const long = (index: number) => `${index}`.padStart(128, "語");
    await Promise.all(
      Array.from({ length: 700 }, (_, index) => usage.record("credits", 1, { id: long(index) })),
    );
    await usage.flush();
    expect(requests(network).length).toBeGreaterThan(1);
    expect([await spent(), await usage.pending()]).toEqual([700, 0]);
  });

  test("waits for the network, with ever longer pauses, and loses nothing", async () => {
    const { usage, network, spent, failed } = await device();
    network.interfere = unreachable;
    await usage.record("credits", 7);
    await pass(300, network);
    expect(failed.length).toBeGreaterThan(3);
    expect(failed.length).toBeLessThan(20);
    expect(await refusal(usage.flush())).toEqual({ code: "network_error", signed: false });
    network.interfere = through;
    await pass(600, network);
    expect([await spent(), await usage.pending(), time.timers]).toEqual([7, 0, 0]);
  });

  test("is charged once though answers are lost, and although the server is restarted in between", async () => {
    const { usage, network, spent, charged } = await device();
    network.interfere = answerLost;
    const id = await usage.record("credits", 7);
    await usage.flush().catch(() => undefined);
    await usage.flush().catch(() => undefined);
    expect([await spent(), await usage.pending(), charged]).toEqual([7, 1, []]);
    await server.stop();
    network.interfere = through;
    expect((await refusal(usage.flush())).code).toBe("network_error");
    await server.start();
    await usage.flush();
    expect([await spent(), await usage.pending(), charged]).toEqual([7, 0, [id]]);
  });

  test("is charged once by two processes that share a directory and send at the same time", async () => {
    const storage = fileStorage(join(directory, "shared"));
    const { usage, restarted, spent } = await device(10_000, storage);
    const other = (await restarted().current()).usage;
    const recorded = Array.from({ length: 60 }, async (_, index) => {
      await (index % 2 ? usage : other).record("credits", 1);
      if (index % 20 === 0) await Promise.all([usage.flush(), other.flush()]);
    });
    await Promise.all(recorded);
    await Promise.all([usage.flush(), other.flush()]);
    expect([await spent(), await usage.pending(), await other.pending()]).toEqual([60, 0, 0]);
    const files = await readdir(join(directory, "shared"));
    for (const file of files) expect((await stat(join(directory, "shared", file))).mode & 0o777).toBe(0o600);
  });

  test("that was left by a program that ended goes on at the next start, without anything being asked", async () => {
    const { usage, restarted, spent, network } = await device();
    network.interfere = unreachable;
    await usage.record("credits", 7);
    time.begin(time.now());
    network.interfere = through;
    await restarted().current();
    await network.quiet();
    await pass(5, network);
    expect(await spent()).toBe(7);
  });

  test("closes: sends one last time, takes nothing more, and keeps what could not be sent", async () => {
    const { usage, restarted, spent, network } = await device();
    await usage.record("credits", 1);
    await usage.close();
    expect(await spent()).toBe(1);
    expect((await refusal(usage.record("credits", 1))).code).toBe("invalid_request");
    const next = (await restarted().current()).usage;
    network.interfere = unreachable;
    await next.record("credits", 2);
    await next.close();
    await next.close();
    expect([await next.pending(), time.timers]).toEqual([1, 0]);
    network.interfere = () => new Promise(() => undefined);
    const stop = new AbortController();
    const closing = (await restarted().current()).usage.close({ signal: stop.signal });
    stop.abort();
    await closing;
  });

  test("is refused with a clear error when 10,000 events wait, and taken again once they are sent", async () => {
    const { usage, network, spent } = await device(20_000);
    network.interfere = unreachable;
    await Promise.all(Array.from({ length: 9_999 }, () => usage.record("credits", 1)));
    const last = await Promise.allSettled([1, 2].map(() => usage.record("credits", 1)));
    expect(last.filter(({ status }) => status === "fulfilled").length).toBeLessThan(2);
    expect(await refusal(usage.record("credits", 1).then(() => usage.record("credits", 1)))).toMatchObject({
      code: "outbox_full",
    });
    const waiting = await usage.pending();
    network.interfere = through;
    await usage.flush();
    await usage.record("credits", 1);
    await usage.flush();
    expect(await spent()).toBe(waiting + 1);
  });

  test("that cannot be written down is not recorded, and says so", async () => {
    const storage = memoryStorage();
    const { usage } = await device(100, storage);
    storage.add = () => Promise.reject(new Error("no space left on device"));
    expect((await refusal(usage.record("credits", 1))).code).toBe("storage_failed");
    expect(await usage.pending()).toBe(0);
  });
});

describe("usage that the server refuses", () => {
  test("one by one is told, kept over a restart until it is dismissed, and charged if it is recorded again", async () => {
    const { usage, denied, charged, spent, restarted } = await device(10);
    const [fits] = [await usage.record("credits", 8), await usage.record("credits", 5, { id: "too much" })];
    const foreign = await usage.record("minutes", 1);
    await usage.flush();
    expect([charged, await spent(), await usage.pending()]).toEqual([[fits], 8, 0]);
    expect(denied.map(({ id, code }) => [id, code])).toEqual([
      ["too much", "insufficient_credits"],
      [foreign, "meter_not_entitled"],
    ]);
    const next = (await restarted().current()).usage;
    expect((await next.denied()).map(({ id }) => id).sort()).toEqual(["too much", foreign].sort());
    await next.dismiss(foreign);
    await next.dismiss(foreign);
    expect(await next.denied()).toEqual([
      {
        ...{ id: "too much", meter: "credits", amount: 5, at: new Date(time.now()) },
        ...{ code: "insufficient_credits", signed: true },
      },
    ]);
    await next.record("credits", 2, { id: "too much" });
    await next.flush();
    expect([await next.denied(), await spent()]).toEqual([[], 10]);
  });

  test("is not read again with everything that is sent later", async () => {
    const { usage, storage, denied } = await device();
    await Promise.all(Array.from({ length: 5 }, () => usage.record("minutes", 1)));
    await usage.flush();
    expect(denied.length).toBe(5);
    const read: string[] = [];
    const { get } = storage;
    storage.get = (name) => {
      read.push(name);
      return get(name);
    };
    await usage.record("credits", 1);
    await usage.flush();
    expect(read.filter((name) => name.startsWith("denied-"))).toEqual([]);
  });

  test("as a whole waits, and goes on once the license is good again", async () => {
    const { usage, license, failed, spent, network } = await device();
    await server.suspend(license.id);
    await usage.record("credits", 7);
    expect(await refusal(usage.flush())).toEqual({ code: "license_suspended", signed: true });
    expect([failed, await usage.pending()]).toEqual([["license_suspended"], 1]);
    await server.reinstate(license.id);
    await pass(60, network);
    expect([await spent(), await usage.pending()]).toEqual([7, 0]);
  });

  test("because it cannot be read is set aside, and neither holds up nor harms the others", async () => {
    const { usage, denied, charged, spent, network, storage, activation, failed } = await device(1_000);
    const license = activation.license?.id ?? "";
    // As an earlier release may have recorded it.
    const older = new Outbox({ storage, license, now: time.now, eventsMax: 99, alsoKept: async () => 0 });
    const occurredAt = new Date(0).toISOString();
    for (const id of ["one", "two"]) {
      await Promise.all(Array.from({ length: 40 }, () => usage.record("credits", 1)));
      await older.add({ id, meter: "no such meter!", amount: 1, occurredAt });
    }
    await usage.flush();
    await usage.record("credits", 1);
    await usage.flush();
    expect([await spent(), charged.length, await usage.pending(), failed]).toEqual([81, 81, 0, []]);
    expect(denied).toMatchObject([{ id: "one" }, { id: "two", code: "invalid_request", signed: false }]);
    expect(await usage.denied()).toEqual(expect.arrayContaining(denied));
    // It is sent again only once a day.
    network.sent.length = 0;
    await usage.record("credits", 1);
    await usage.flush();
    expect(requests(network)).toEqual([1]);
    server.pass(86_400_000);
    await usage.record("credits", 1);
    await usage.flush();
    expect(requests(network)).toEqual([1, 1, 2, 1, 1]);
    expect([denied.length, await spent(), (await usage.denied()).length]).toEqual([2, 83, 2]);
  });

  test("by an unsigned lie that it cannot be read is lost by none: it is sent again at the next start", async () => {
    const { usage, denied, spent, network, restarted } = await device(1_000);
    network.interfere = async () => Response.json({ code: "invalid_request" }, { status: 400 });
    await Promise.all(Array.from({ length: 120 }, () => usage.record("credits", 1)));
    // What a pass does not come to waits for the next one.
    expect(await refusal(usage.flush())).toEqual({ code: "invalid_request", signed: false });
    expect(network.sentTo(/usage$/).length).toBeLessThan(110);
    expect(denied.length).toBeGreaterThan(30);
    for (let turn = 0; turn < 4; turn++) await usage.flush().catch(() => undefined);
    expect([denied.length, await usage.pending(), await spent()]).toEqual([120, 0, 0]);
    time.begin(time.now());
    network.interfere = through;
    const next = (await restarted().current()).usage;
    await network.quiet();
    await pass(5, network);
    await vi.waitFor(async () => expect(await next.denied()).toEqual([]), { timeout: 10_000 });
    expect([await spent(), await next.pending()]).toEqual([120, 0]);
  });

  test("without a signature is not refused: nothing is given up", async () => {
    const { usage, denied, network, spent } = await device();
    await usage.record("credits", 7, { id: "one" });
    const unsigned = {
      events: [{ id: "one", outcome: "denied", code: "insufficient_credits" }],
      trustSeq: 1,
    };
    network.interfere = async () => Response.json({ ...unsigned, receipt: "x.y.z" });
    expect(await refusal(usage.flush())).toEqual({ code: "response_invalid", signed: false });
    network.interfere = async () => Response.json({ code: "meter_not_entitled" }, { status: 403 });
    expect(await refusal(usage.flush())).toEqual({ code: "meter_not_entitled", signed: false });
    network.interfere = through;
    expect([await usage.pending(), denied]).toEqual([1, []]);
    await usage.flush();
    expect([await spent(), await usage.pending()]).toEqual([7, 0]);
  });
});

describe("a receipt for usage", () => {
  const lies: Record<string, (body: Record<string, unknown>, before: unknown) => object> = {
    "that is missing": ({ receipt: _receipt, ...rest }) => rest,
    "of an earlier request": (body, before) => ({ ...body, receipt: before }),
    "altered in its claims": (body) => {
      const [header, payload = "", signature] = String(body.receipt).split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
      const better = Buffer.from(JSON.stringify({ ...claims, events: {} })).toString("base64url");
      return { ...body, receipt: [header, better, signature].join(".") };
    },
    "cut short": (body) => ({ ...body, receipt: String(body.receipt).slice(0, -9) }),
  };

  test.each(Object.keys(lies))("%s is not believed: the events stay and are charged once", async (name) => {
    const { usage, network, spent, charged } = await device();
    let before: unknown;
    network.interfere = async (_sent, forward) => {
      const answer = await forward();
      before = (await answer.clone().json()).receipt;
      return answer;
    };
    await usage.record("credits", 1);
    await usage.flush();
    const lie = lies[name] ?? ((body) => body);
    network.interfere = async (_sent, forward) => Response.json(lie(await (await forward()).json(), before));
    const id = await usage.record("credits", 2);
    expect(await refusal(usage.flush())).toEqual({ code: "response_invalid", signed: false });
    expect([await usage.pending(), charged.includes(id)]).toEqual([1, false]);
    network.interfere = through;
    await usage.flush();
    expect([await usage.pending(), charged.includes(id), await spent()]).toEqual([0, true, 3]);
  });
});

test("a listener that throws or rejects harms nobody", async () => {
  const told: string[] = [];
  const { activation, license } = await server.device(creditRules(10), {
    debug: ({ event }) => {
      told.push(event);
      throw new Error("a log that fails");
    },
  });
  const { usage } = activation;
  usage.on("charged", () => {
    throw new Error("thrown");
  });
  usage.on("denied", async () => {
    throw new Error("rejected");
  });
  const ids: string[] = [];
  usage.on("charged", (event) => ids.push(...event.ids));
  await usage.record("credits", 4);
  await usage.record("credits", 40);
  await usage.flush();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect([ids.length, (await server.account(license.id))?.spent]).toEqual([1, 4]);
  expect(told.filter((event) => event === "listener_failed").length).toBe(2);
});

test("balances tell what is left, also of what is reserved", async () => {
  const { activation, usage } = await device(100);
  await usage.record("credits", 8);
  await usage.flush();
  await activation.ticket("credits", 12);
  expect(await activation.balances()).toMatchObject([
    { meter: "credits", granted: 100, reserved: 12, spent: 8, available: 80, overdraft: 0 },
  ]);
});

import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { isSignetError, memoryStorage, type StateStorage } from "./src/index.ts";
import { type Interference, unreachable } from "./testing/network.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";
import { time } from "./testing/timers.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

const MINUTE = 60_000;
let server: RealServer;
beforeAll(async () => {
  server = await RealServer.create();
});
afterAll(() => server.end());
beforeEach(() => time.begin(time.now()));

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isSignetError(error)) throw new Error("It was not refused.", { cause: error });
  return { code: error.code, signed: error.signed };
}

/** A device with 100 credits. */
async function device(storage: StateStorage = memoryStorage()) {
  const made = await server.device(creditRules(100), { storage });
  const account = () => server.account(made.license.id);
  const ticketsOnDisk = async () => (await storage.list()).filter((name) => name.startsWith("ticket-"));
  return { ...made, account, ticketsOnDisk };
}

/** The server hears the request, and its answer is lost. */
const answerLost: Interference = async (_sent, forward) => {
  await forward();
  throw new TypeError("fetch failed");
};

function onPath(path: RegExp, interference: Interference): Interference {
  return (sent, forward) => (path.test(sent.path) ? interference(sent, forward) : forward());
}

describe("a ticket", () => {
  test("reserves, is spent here, charges what was spent and gives the rest back, with a receipt", async () => {
    const { activation, network, account, ticketsOnDisk } = await device();
    const ticket = await activation.ticket("credits", 30);
    expect([ticket.amount, ticket.remaining, ticket.status, ticket.meter]).toEqual([
      30,
      30,
      "open",
      "credits",
    ]);
    expect(await account()).toMatchObject({ reserved: 30, spent: 0 });
    const sent = network.sent.length;
    await Promise.all([ticket.spend(4), ticket.spend(6)]);
    expect([ticket.spent, ticket.remaining, network.sent.length]).toEqual([10, 20, sent]);
    expect(await refusal(ticket.spend(21))).toEqual({ code: "ticket_amount_exceeded", signed: false });
    for (const amount of [0, -1, 0.5, Number.NaN])
      expect((await refusal(ticket.spend(amount))).code).toBe("invalid_request");
    const receipt = await ticket.settle();
    expect(receipt).toEqual({ used: 10, returned: 20, balance: 90 });
    expect(await ticket.settle()).toEqual(receipt);
    expect([ticket.status, ticket.remaining]).toEqual(["settled", 0]);
    expect((await refusal(ticket.spend(1))).code).toBe("ticket_settled");
    expect((await refusal(ticket.void())).code).toBe("ticket_settled");
    expect(await account()).toMatchObject({ reserved: 0, spent: 10 });
    expect([await ticketsOnDisk(), time.timers]).toEqual([[], 0]);
  });

  test("that is voided charges nothing, also of what was spent", async () => {
    const { activation, account, ticketsOnDisk } = await device();
    const ticket = await activation.ticket("credits", 30);
    await ticket.spend(4);
    expect(await ticket.void()).toEqual({ used: 0, returned: 30, balance: 100 });
    await ticket.void();
    expect((await refusal(ticket.spend(1))).code).toBe("ticket_voided");
    expect((await refusal(ticket.settle())).code).toBe("ticket_voided");
    expect(await account()).toMatchObject({ reserved: 0, spent: 0 });
    expect(await ticketsOnDisk()).toEqual([]);
  });

  test("settles what was spent at the end of its scope, and harms nobody when that fails", async () => {
    const { activation, network, account } = await device();
    {
      await using ticket = await activation.ticket("credits", 30);
      await ticket.spend(4);
    }
    expect(await account()).toMatchObject({ reserved: 0, spent: 4 });
    {
      await using ticket = await activation.ticket("credits", 30);
      await ticket.spend(5);
      network.interfere = unreachable;
    }
    expect(await account()).toMatchObject({ reserved: 30, spent: 4 });
    network.interfere = (_sent, forward) => forward();
    server.pass(MINUTE);
    await network.quiet();
    expect(await account()).toMatchObject({ reserved: 0, spent: 9 });
    expect(time.timers).toBe(0);
  });

  test("is over when the time that the server signed for it is, and then charges nothing", async () => {
    const { activation, account, network } = await device();
    const ticket = await activation.ticket("credits", 30);
    expect(ticket.expiresAt.getTime()).toBe(server.authority.clock.now().getTime() + 60 * MINUTE);
    await ticket.spend(4);
    server.pass(59 * MINUTE);
    await ticket.spend(1);
    server.sleep(2 * MINUTE);
    expect([ticket.status, ticket.remaining]).toEqual(["expired", 0]);
    expect(await refusal(ticket.spend(1))).toEqual({ code: "ticket_expired", signed: false });
    expect(await refusal(ticket.settle())).toEqual({ code: "ticket_expired", signed: true });
    expect(await account()).toMatchObject({ reserved: 0, spent: 0 });
    const dropped = await activation.ticket("credits", 30);
    for (let minutes = 0; minutes < 62; minutes++) {
      server.pass(MINUTE);
      await network.quiet();
    }
    expect([dropped.status, time.timers]).toEqual(["expired", 0]);
  });

  test("is refused by the server's signature alone", async () => {
    const { activation, network, license, account, ticketsOnDisk } = await device();
    const asked = [
      [activation.ticket("credits", 101), "insufficient_credits"],
      [activation.ticket("minutes", 1), "meter_not_entitled"],
    ] as const;
    for (const [work, code] of asked) expect(await refusal(work)).toEqual({ code, signed: true });
    for (const [meter, amount, id] of [
      ["", 1],
      ["credits", 0],
      ["credits", 1, ""],
      ["credits", 1, ".."],
    ] as const) {
      const options = id === undefined ? {} : { id };
      expect((await refusal(activation.ticket(meter, amount, options))).code).toBe("invalid_request");
    }
    const ticket = await activation.ticket("credits", 10);
    await ticket.spend(3);
    network.interfere = async () =>
      Response.json(
        { code: "ticket_voided", correlationId: "cor_x", detail: "Believe me." },
        { status: 409 },
      );
    expect(await refusal(ticket.settle())).toEqual({ code: "ticket_voided", signed: false });
    network.interfere = (_sent, forward) => forward();
    // What was used is owed, whatever has become of the license.
    await server.suspend(license.id);
    expect(await ticket.settle()).toMatchObject({ used: 3 });
    expect(await account()).toMatchObject({ reserved: 0, spent: 3 });
    expect(await ticketsOnDisk()).toEqual([]);
    expect(await refusal(activation.ticket("credits", 1))).toEqual({
      code: "license_suspended",
      signed: true,
    });
  });

  test("whose answer was lost is given back, and the next try has a ticket of its own", async () => {
    const { activation, network, account, ticketsOnDisk } = await device();
    network.interfere = onPath(/tickets/, answerLost);
    expect(await refusal(activation.ticket("credits", 80))).toEqual({ code: "network_error", signed: false });
    network.interfere = (_sent, forward) => forward();
    await network.quiet();
    server.pass(10_000);
    await network.quiet();
    expect([await account(), await ticketsOnDisk()]).toMatchObject([{ reserved: 0, spent: 0 }, []]);
    expect((await activation.ticket("credits", 80)).remaining).toBe(80);
  });

  test("that the caller gave an id is the same one when it is asked for again, and other content is refused", async () => {
    const { activation, network, account, restarted } = await device();
    network.interfere = onPath(/tickets/, answerLost);
    expect((await refusal(activation.ticket("credits", 80, { id: "job 1/ä" }))).code).toBe("network_error");
    network.interfere = (_sent, forward) => forward();
    const ticket = await activation.ticket("credits", 80, { id: "job 1/ä" });
    expect(await activation.ticket("credits", 80, { id: "job 1/ä" })).toBe(ticket);
    expect((await refusal(activation.ticket("credits", 81, { id: "job 1/ä" }))).code).toBe(
      "idempotency_conflict",
    );
    await ticket.spend(5);
    const again = await (await restarted().current()).ticket("credits", 80, { id: "job 1/ä" });
    expect([again.id, again.spent, again.remaining]).toEqual(["job 1/ä", 5, 75]);
    await again.spend(2);
    await again.settle();
    expect(await account()).toMatchObject({ reserved: 0, spent: 7 });
    expect(await refusal(activation.ticket("credits", 79, { id: "job 1/ä" }))).toMatchObject({
      code: "idempotency_conflict",
    });
  });

  test("is charged once though every answer to its settling is lost, and goes on settling by itself", async () => {
    const { activation, network, account, ticketsOnDisk } = await device();
    const ticket = await activation.ticket("credits", 30);
    await ticket.spend(4);
    network.interfere = onPath(/settle/, answerLost);
    expect((await refusal(ticket.settle())).code).toBe("network_error");
    expect((await refusal(ticket.spend(1))).code).toBe("ticket_settled");
    for (let tries = 0; tries < 5; tries++) {
      server.pass(MINUTE);
      await network.quiet();
    }
    expect(network.sentTo(/settle/).length).toBeGreaterThan(3);
    network.interfere = (_sent, forward) => forward();
    for (let tries = 0; tries < 5; tries++) {
      server.pass(MINUTE);
      await network.quiet();
    }
    expect([await account(), await ticketsOnDisk()]).toMatchObject([{ reserved: 0, spent: 4 }, []]);
    expect(await ticket.settle()).toMatchObject({ used: 4, returned: 26 });
    expect(time.timers).toBe(0);
  });

  test("can be given up on by its caller at any time", async () => {
    const { activation, network } = await device();
    const ticket = await activation.ticket("credits", 1);
    network.interfere = () => new Promise(() => undefined);
    for (const work of [
      (signal: AbortSignal) => activation.ticket("credits", 1, { signal }),
      (signal: AbortSignal) => ticket.settle({ signal }),
      (signal: AbortSignal) => activation.balances({ signal }),
    ]) {
      const stop = new AbortController();
      const working = refusal(work(stop.signal));
      await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort();
      expect((await working).code).toBe("aborted");
    }
  });

  test("asked for by two at once is not taken from the one when the other gives up", async () => {
    const { activation, network } = await device();
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    network.interfere = onPath(/tickets$/, (_sent, forward) => held.then(forward));
    const [one, another] = [new AbortController(), new AbortController()];
    const ask = (signal?: AbortSignal) => activation.ticket("credits", 1, { id: "job", signal });
    const [first, second, third] = [refusal(ask(one.signal)), refusal(ask(another.signal)), ask()];
    one.abort();
    another.abort();
    expect([(await first).code, (await second).code]).toEqual(["aborted", "aborted"]);
    answer();
    expect([(await third).id, (await ask()) === (await third)]).toEqual(["job", true]);
    expect(network.sentTo(/tickets$/)).toHaveLength(1);
  });

  test("spends nothing that could not be written down", async () => {
    const storage = memoryStorage();
    const { activation, account } = await device(storage);
    const ticket = await activation.ticket("credits", 30);
    await ticket.spend(1);
    const { set } = storage;
    storage.set = () => Promise.reject(new Error("no space left on device"));
    expect((await refusal(ticket.spend(4))).code).toBe("storage_failed");
    expect(ticket.spent).toBe(1);
    storage.set = set;
    await ticket.settle();
    expect(await account()).toMatchObject({ reserved: 0, spent: 1 });
  });
});

describe("what a program left when it was killed", () => {
  test("is settled with what it had spent, once nobody can be at it any more", async () => {
    const { activation, restarted, account, network, ticketsOnDisk } = await device();
    const ticket = await activation.ticket("credits", 30);
    await ticket.spend(7);
    const kept = await ticketsOnDisk();
    time.begin(time.now());
    const next = await restarted().current();
    await network.quiet();
    expect(await account()).toMatchObject({ reserved: 30, spent: 0 });
    for (let minutes = 0; minutes < 5; minutes++) {
      server.pass(MINUTE);
      await network.quiet();
    }
    expect(kept.length).toBe(1);
    expect(await account()).toMatchObject({ reserved: 0, spent: 7 });
    expect([await ticketsOnDisk(), time.timers]).toEqual([[], 0]);
    expect((await next.balances())[0]).toMatchObject({
      meter: "credits",
      spent: 7,
      reserved: 0,
      available: 93,
    });
  });

  test("is left alone while another process of the same machine is at it", async () => {
    const { activation, restarted, account, network } = await device();
    const ticket = await activation.ticket("credits", 30);
    await ticket.spend(7);
    await restarted().current();
    for (let minutes = 0; minutes < 10; minutes++) {
      server.pass(MINUTE);
      await network.quiet();
    }
    expect(await account()).toMatchObject({ reserved: 30, spent: 0 });
    await ticket.spend(1);
    await ticket.settle();
    expect(await account()).toMatchObject({ reserved: 0, spent: 8 });
  });

  test("is given back where it was only asked for", async () => {
    const { activation, restarted, account, network } = await device();
    let asked: (() => void) | undefined;
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    network.interfere = onPath(/tickets$/, async (_sent, forward) => {
      await forward();
      asked?.();
      return new Promise<Response>(() => undefined);
    });
    activation.ticket("credits", 30).catch(() => undefined);
    await arrived;
    expect(await account()).toMatchObject({ reserved: 30 });
    time.begin(time.now());
    network.interfere = (_sent, forward) => forward();
    server.pass(5 * MINUTE);
    await restarted().current();
    for (let tries = 0; tries < 50 && (await account())?.reserved !== 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await account()).toMatchObject({ reserved: 0, spent: 0 });
  });
});

describe("an answer about a ticket that is not the server's own", () => {
  const answers: Record<string, (body: Record<string, unknown>, other: Record<string, unknown>) => object> = {
    "without its token": ({ token: _token, receipt: _receipt, ...rest }) => rest,
    "signed for another request": (body, other) => ({ ...body, token: other.token, receipt: other.receipt }),
    "altered in its claims": (body) => ({ ...body, ...forged(body, "token"), ...forged(body, "receipt") }),
    "cut short": (body) => ({
      ...body,
      token: String(body.token).slice(0, 99),
      receipt: String(body.receipt).slice(0, 99),
    }),
  };

  function forged(body: Record<string, unknown>, name: string) {
    const [header, payload = "", signature] = String(body[name]).split(".");
    if (payload === "") return {};
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const better = Buffer.from(JSON.stringify({ ...claims, amount: claims.amount + 1 })).toString(
      "base64url",
    );
    return { [name]: [header, better, signature].join(".") };
  }

  test.each(Object.keys(answers))("%s is not believed, and charges nobody twice", async (name) => {
    const { activation, network, account } = await device();
    const seen: Record<string, unknown>[] = [];
    network.interfere = async (_sent, forward) => {
      const answer = await forward();
      seen.push(await answer.clone().json());
      return answer;
    };
    const ticket = await activation.ticket("credits", 10);
    await ticket.spend(2);
    await ticket.settle();
    const lie = answers[name] ?? (() => ({}));
    const [issuedBefore = {}, endedBefore = {}] = seen.slice(-2);
    const lying =
      (before: Record<string, unknown>): Interference =>
      async (_sent, forward) => {
        const answer = await forward();
        return Response.json(lie(await answer.json(), before), { status: answer.status });
      };
    network.interfere = onPath(/tickets$/, lying(issuedBefore));
    expect(await refusal(activation.ticket("credits", 10))).toEqual({
      code: "response_invalid",
      signed: false,
    });
    network.interfere = (_sent, forward) => forward();
    const next = await activation.ticket("credits", 10);
    await next.spend(3);
    network.interfere = onPath(/settle$/, lying(endedBefore));
    expect(await refusal(next.settle())).toEqual({ code: "response_invalid", signed: false });
    network.interfere = (_sent, forward) => forward();
    expect(await next.settle()).toMatchObject({ used: 3, returned: 7 });
    expect(await account()).toMatchObject({ spent: 5 });
  });
});

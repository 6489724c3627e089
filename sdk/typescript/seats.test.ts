import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Activation, Seat, SeatLost } from "./src/index.ts";
import { type Interference, stalled, type TestNetwork, unreachable } from "./testing/network.ts";
import { RealServer } from "./testing/real-server.ts";
import { time } from "./testing/timers.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

const RULES = { seats: 1, leaseTtlSeconds: 300, heartbeatSeconds: 60 };
const MINUTE = 60_000;

let server: RealServer;
beforeAll(async () => {
  server = await RealServer.create();
});
afterAll(() => server.end());

/** Lets minutes pass in steps in which timers can fire and their requests be answered. */
async function pass(minutes: number, network: TestNetwork): Promise<void> {
  for (let step = 0; step < minutes * 6; step++) {
    server.pass(10_000);
    await network.quiet();
  }
}

/** What a seat has told. */
function listen(seat: Seat) {
  const lost: SeatLost[] = [];
  let renewed = 0;
  seat.on("lost", (event) => lost.push(event));
  seat.on("renewed", () => {
    renewed += 1;
  });
  return { lost, renewed: () => renewed };
}

const heartbeats = (network: TestNetwork) => network.sentTo(/heartbeat$/).length;

/** Interferes with heartbeats only. */
function onHeartbeats(interference: Interference): Interference {
  return (sent, forward) => (sent.path.endsWith("/heartbeat") ? interference(sent, forward) : forward());
}

async function problemOf(
  forward: () => Promise<Response>,
  change: (problem: Record<string, unknown>) => object,
) {
  const answer = await forward();
  return Response.json(change(await answer.json()), { status: 409 });
}

async function someoneElse(licenseKey: string): Promise<Activation> {
  return (await server.deviceOf(licenseKey)).activation;
}

describe("a seat", () => {
  test("is kept by heartbeats, each before it is due, for as long as it is not released", async () => {
    const { activation, network, license } = await server.device(RULES);
    const seat = await activation.checkout({ holder: "ada" });
    const heard = listen(seat);
    const { expiresAt } = seat;
    await pass(30, network);
    expect([seat.status, heard.lost]).toEqual(["held", []]);
    // Once a minute at most late, twice at most early.
    expect(heard.renewed()).toBeGreaterThanOrEqual(29);
    expect(heard.renewed()).toBeLessThanOrEqual(60);
    expect(seat.expiresAt.getTime()).toBeGreaterThan(expiresAt.getTime() + 29 * MINUTE);

    const other = await someoneElse(license.licenseKey);
    await expect(other.checkout({ holder: "bob" })).rejects.toMatchObject({
      code: "no_seats_available",
      signed: true,
      retryable: true,
    });
    await seat.release();
    await seat.release();
    expect([seat.status, time.timers]).toEqual(["released", 0]);
    const next = await other.checkout({ holder: "bob" });
    expect(next.slot).toBe(seat.slot);
    await next.release();
  });

  test("released by two at once is released although the one gives up", async () => {
    const { activation, network } = await server.device(RULES);
    const seat = await activation.checkout({ holder: "ada" });
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    network.interfere = (_sent, forward) => held.then(forward);
    const stop = new AbortController();
    const [first, second] = [seat.release({ signal: stop.signal }), seat.release()];
    stop.abort();
    await expect(first).rejects.toMatchObject({ code: "aborted" });
    answer();
    await second;
    expect(network.sentTo(/release$/)).toHaveLength(1);
  });

  test("survives a server that is stopped and started again before the lease can have run out", async () => {
    const { activation, network } = await server.device(RULES);
    await using seat = await activation.checkout({ holder: "ada" });
    const heard = listen(seat);
    await server.stop();
    await pass(4, network);
    expect(seat.status).toBe("held");
    // Backing off, it does not hammer a server that is gone.
    expect(heartbeats(network)).toBeLessThan(20);
    await server.start();
    await pass(1, network);
    expect(heard.renewed()).toBeGreaterThanOrEqual(1);
    await pass(10, network);
    expect([seat.status, heard.lost]).toEqual(["held", []]);
  });

  test("is lost when its own time is over, and says so once, also to who listens late", async () => {
    const { activation, network } = await server.device(RULES);
    const seat = await activation.checkout({ holder: "ada" });
    const heard = listen(seat);
    network.interfere = onHeartbeats(unreachable);
    await pass(4.5, network);
    expect(seat.status).toBe("held");
    await pass(1, network);
    expect(heard.lost).toMatchObject([
      { reason: "expired", message: /check out again/, error: { signed: false } },
    ]);
    const late = listen(seat);
    network.interfere = (_sent, forward) => forward();
    await pass(5, network);
    expect([seat.status, heard.lost.length, late.lost.length, time.timers]).toEqual(["lost", 1, 1, 0]);
    await seat.release();
  });

  test("is known to be lost at once when the machine wakes up too late, and goes on when it wakes in time", async () => {
    const { activation, network } = await server.device(RULES);
    const seat = await activation.checkout({ holder: "ada" });
    const heard = listen(seat);
    server.sleep(4 * MINUTE);
    expect(seat.status).toBe("held");
    await pass(1 / 3, network);
    expect([seat.status, heard.renewed()]).toEqual(["held", 1]);
    server.sleep(6 * MINUTE);
    expect(seat.status).toBe("lost");
    await pass(1 / 6, network);
    expect([heard.lost[0]?.reason, heard.renewed(), time.timers]).toEqual(["expired", 1, 0]);
  });

  test("notices within seconds, without being asked, that the machine has slept too long", async () => {
    const { activation, network } = await server.device(RULES);
    const heard = listen(await activation.checkout({ holder: "ada" }));
    server.sleep(6 * MINUTE);
    await pass(1 / 6, network);
    expect(heard.lost[0]?.reason).toBe("expired");
  });

  test.each([
    ["suspended license", "license_suspended"],
    ["vendor who takes it back", "released"],
  ] as const)("is lost by a %s", async (_what, reason) => {
    const { activation, network, license } = await server.device(RULES);
    const seat = await activation.checkout({ holder: "ada" });
    const heard = listen(seat);
    if (reason === "released") {
      await server.authority.leases.releaseByVendor(server.tenant.tenantId, {
        leaseId: await leaseIn(license.id),
        correlationId: "cor_vendor",
        sparesBorrowed: false,
      });
    } else {
      await server.suspend(license.id);
    }
    await pass(1, network);
    expect(heard.lost).toMatchObject([{ reason, error: { signed: true } }]);
    expect(time.timers).toBe(0);
  });

  test("is the same one for the same holder, also after the program has crashed", async () => {
    const { activation, restarted, network } = await server.device(RULES);
    const seat = await activation.checkout({ holder: "ada" });
    expect(await activation.checkout({ holder: "ada" })).toBe(seat);
    const again = await (await restarted().current()).checkout({ holder: "ada" });
    expect([again.id, again.slot]).toEqual([seat.id, seat.slot]);
    await again.release();
    await pass(1, network);
    expect(seat.status).toBe("lost");
  });
});

describe("a heartbeat's answer", () => {
  const lies: Record<string, Interference> = {
    "an unsigned refusal": (_sent, forward) =>
      problemOf(forward, () => ({ code: "lease_fenced", detail: "Believe me.", correlationId: "cor_x" })),
    "a refusal signed for another request": async (_sent, forward) =>
      problemOf(forward, () => ({ code: "lease_fenced", decision: refusal, correlationId: "cor_x" })),
    "the token of an earlier heartbeat": async (_sent, forward) => {
      const answer = await (await forward()).json();
      stale ??= answer;
      return Response.json(stale);
    },
    "half of it": async (_sent, forward) => new Response((await (await forward()).text()).slice(0, 400)),
    "nothing, ever": stalled,
    "an error page": async () => new Response("<html>", { status: 502 }),
  };
  let stale: unknown;
  let refusal = "";

  test.each(Object.keys(lies))("that is %s neither ends nor prolongs the seat", async (name) => {
    stale = undefined;
    const { activation, network, license } = await server.device(RULES, {
      timeoutMs: name.startsWith("nothing") ? 500 : 10_000,
    });
    const seat = await activation.checkout({ holder: "ada" });
    refusal = await refusalToSomeoneElse(license.licenseKey);
    const heard = listen(seat);
    if (name === "the token of an earlier heartbeat") await pass(1, network);
    const before = heard.renewed();
    network.interfere = onHeartbeats(lies[name] ?? stalled);
    await pass(2, network);
    const renewals = heard.renewed() - before;
    expect([seat.status, heard.lost]).toEqual(["held", []]);
    // The first repeated token is a good answer to its own request.
    expect(renewals).toBe(name === "the token of an earlier heartbeat" ? 1 : 0);
    network.interfere = (_sent, forward) => forward();
    await pass(1, network);
    expect(heard.renewed()).toBeGreaterThan(before + renewals);
    await seat.release();
  });

  /** A true one, signed by this very server. */
  async function refusalToSomeoneElse(licenseKey: string): Promise<string> {
    const { activation, network } = await server.deviceOf(licenseKey);
    let decision = "";
    network.interfere = async (_sent, forward) => {
      const answer = await forward();
      decision = (await answer.clone().json()).decision;
      return answer;
    };
    await expect(activation.checkout({ holder: "bob" })).rejects.toMatchObject({ signed: true });
    return decision;
  }
});

test("a renewal that the server's own key signed for another nonce does not prolong the seat", async () => {
  const { activation, network } = await server.device(RULES);
  const seat = await activation.checkout({ holder: "ada" });
  const heard = listen(seat);
  const signed = (change: object) =>
    onHeartbeats(async (_sent, forward) => {
      const answer = await (await forward()).json();
      const claims = JSON.parse(Buffer.from(answer.token.split(".")[1], "base64url").toString());
      const { sign } = await server.authority.trust.signer(server.tenant.tenantId, "lease", answer.trustSeq);
      return Response.json({ ...answer, token: sign({ ...claims, ...change }) });
    });
  network.interfere = signed({ nonce: "n".repeat(43) });
  await pass(2, network);
  expect([heard.renewed(), seat.status]).toEqual([0, "held"]);
  network.interfere = signed({});
  await pass(1, network);
  expect(heard.renewed()).toBeGreaterThan(0);
  await seat.release();
});

test("a listener of a seat that throws or rejects harms neither the seat nor the host nor the others", async () => {
  const told: string[] = [];
  const { activation, network, license } = await server.device(RULES, {
    debug: ({ event }) => {
      told.push(event);
      throw new Error("a log that fails");
    },
  });
  const seat = await activation.checkout({ holder: "ada" });
  seat.on("renewed", () => {
    throw new Error("thrown");
  });
  seat.on("lost", () => Promise.reject(new Error("rejected")));
  const heard = listen(seat);
  await pass(2, network);
  expect([heard.renewed() > 0, seat.status]).toEqual([true, "held"]);
  await server.suspend(license.id);
  await pass(1, network);
  expect(heard.lost).toMatchObject([{ reason: "license_suspended" }]);
  expect(told).toEqual(expect.arrayContaining(["request", "seat_renewed", "seat_lost", "listener_failed"]));
});

/** The lease that is live under a license. */
async function leaseIn(licenseId: string): Promise<string> {
  const { tenantId } = server.tenant;
  const lease = await server.authority.database.withTenant(tenantId, (tx) =>
    tx.lease.findFirstOrThrow({ where: { tenantId, ended: null, pool: { licenseId } } }),
  );
  return lease.id;
}

import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { idOf } from "../../server/domain/ids.ts";
import { isSignetError, type Seat } from "./src/index.ts";
import { type TestNetwork, through, unreachable } from "./testing/network.ts";
import { RealServer } from "./testing/real-server.ts";
import { time } from "./testing/timers.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
const RULES = {
  ...{ seats: 2, leaseTtlSeconds: 300, heartbeatSeconds: 60 },
  ...{ borrowDaysMax: 2, borrowedSeatsMax: 1, offlineAllowed: true, offlineDaysMax: 30 },
};

let server: RealServer;
beforeAll(async () => {
  server = await RealServer.create();
});
afterAll(() => server.end());
beforeEach(() => time.begin(time.now()));

/** Lets time pass in steps in which timers can fire and their requests be answered. */
async function pass(seconds: number, network: TestNetwork, stepSeconds = 10): Promise<void> {
  for (let passed = 0; passed < seconds; passed += stepSeconds) {
    server.pass(stepSeconds * 1000);
    await network.quiet();
  }
}

function lossesOf(seat: Seat): string[] {
  const lost: string[] = [];
  seat.on("lost", ({ error }) => lost.push(error.code));
  return lost;
}

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isSignetError(error)) throw new Error("It was not refused.", { cause: error });
  return { code: error.code, signed: error.signed };
}

test("a borrowed seat is used without a network, also after a restart, until its end and no longer", async () => {
  const { activation, network, storage, restarted, license } = await server.device(RULES);
  const seat = await activation.checkout({ holder: "ada", borrowForSeconds: DAY_SECONDS });
  const lost = lossesOf(seat);
  expect([seat.borrowed, seat.status, seat.expiresAt]).toEqual([
    ...[true, "held", new Date(time.now() + DAY_SECONDS * 1000)],
  ]);
  network.interfere = unreachable;
  network.sent.length = 0;
  await pass(12 * HOUR_SECONDS, network, HOUR_SECONDS);
  const program = await restarted().current();
  const [again] = await program.seats();
  if (again === undefined) throw new Error("The borrowed seat was not found.");
  expect([again.id, again.holder, again.status, again.borrowed]).toEqual([seat.id, "ada", "held", true]);
  expect(await program.checkout({ holder: "ada" })).toBe(again);
  expect((await refusal(program.checkout({ holder: "bob" }))).code).toBe("network_error");
  expect(network.sentTo(/heartbeat/)).toEqual([]);
  // Its slot is nobody else's meanwhile: one of the two is left.
  const other = await server.deviceOf(license.licenseKey);
  const left = await other.activation.checkout({ holder: "bob" });
  expect(await refusal(other.activation.checkout({ holder: "cyd" }))).toEqual({
    ...{ code: "no_seats_available", signed: true },
  });
  await left.release();

  await pass(12 * HOUR_SECONDS, network, HOUR_SECONDS);
  await pass(10, network);
  expect([seat.status, again.status, lost]).toEqual(["lost", "lost", ["lease_expired"]]);
  expect(await (await restarted().current()).seats()).toEqual([]);
  expect((await storage.list()).filter((name) => name.startsWith("seat-"))).toEqual([]);
  await other.activation.checkout({ holder: "bob" });
  expect((await other.activation.checkout({ holder: "cyd" })).status).toBe("held");
});

test("a borrowed seat that is given back early is free at once, and a failed return can be tried again", async () => {
  const { activation, network, storage, restarted, license } = await server.device({ ...RULES, seats: 1 });
  const other = await server.deviceOf(license.licenseKey);
  const seat = await activation.checkout({ holder: "ada", borrowForSeconds: DAY_SECONDS });
  network.interfere = unreachable;
  expect((await refusal(seat.release())).code).toBe("network_error");
  // The server still has it for lent out, so it may go on being used.
  expect([seat.status, (await activation.seats()).length]).toEqual(["held", 1]);
  expect((await refusal(other.activation.checkout({ holder: "bob" }))).code).toBe("no_seats_available");
  network.interfere = through;
  const [kept] = await (await restarted().current()).seats();
  await kept?.release();
  expect((await storage.list()).filter((name) => name.startsWith("seat-"))).toEqual([]);
  expect((await other.activation.checkout({ holder: "bob", borrowForSeconds: 60 })).borrowed).toBe(true);
});

test("a device that gives itself up gives its borrowed seats back first; elsewhere given up, they stay lent out until their end", async () => {
  const { activation, network, license } = await server.device({
    ...{ ...RULES, seats: 1, selfServiceDeactivation: true },
  });
  const other = await server.deviceOf(license.licenseKey);
  const seat = await activation.checkout({ holder: "ada", borrowForSeconds: DAY_SECONDS });
  await activation.deactivate();
  expect(seat.status).toBe("released");
  expect(network.sentTo(/release$/)).toHaveLength(1);
  const lent = await other.activation.checkout({ holder: "bob", borrowForSeconds: DAY_SECONDS });

  await server.authority.activations.deactivate(server.tenant.tenantId, {
    activationId: idOf("activation").parse(other.activation.id),
    ...{ correlationId: "cor_desk", byVendor: false },
  });
  const third = (await server.deviceOf(license.licenseKey)).activation;
  expect([lent.status, (await refusal(third.checkout({ holder: "cyd" }))).code]).toEqual([
    ...["held", "no_seats_available"],
  ]);
  expect(await other.activation.offline.deactivate()).toHaveLength(1);
  expect(lent.status).toBe("released");
});

test("borrowing is refused, signed, where the policy does not allow it, for too long, or too often", async () => {
  const { activation, storage, license } = await server.device(RULES);
  const borrow = (holder: string, borrowForSeconds: number, by = activation) =>
    by.checkout({ holder, borrowForSeconds });
  expect(await refusal(borrow("ada", 3 * DAY_SECONDS))).toEqual({ code: "borrow_too_long", signed: true });
  const seat = await borrow("ada", 2 * DAY_SECONDS);
  const other = (await server.deviceOf(license.licenseKey)).activation;
  expect(await refusal(borrow("bob", 60, other))).toEqual({ code: "borrow_limit_reached", signed: true });
  const without = (await server.device({ ...RULES, borrowDaysMax: 0, borrowedSeatsMax: 0 })).activation;
  expect(await refusal(borrow("ada", 60, without))).toEqual({ code: "borrow_not_allowed", signed: true });
  for (const seconds of [0, 59, 0.5, 31_536_001])
    expect(await refusal(borrow("ada", seconds))).toEqual({ code: "invalid_request", signed: false });
  // What was refused left nothing on disk, and what was granted is still there.
  expect((await storage.list()).filter((name) => name.startsWith("seat-"))).toHaveLength(1);
  expect((await activation.seats()).map(({ id }) => id)).toEqual([seat.id]);
});

test("a seat outlives the activation token it was checked out with, which is renewed on the way", async () => {
  const rules = { ...RULES, activationTokenTtlSeconds: HOUR_SECONDS };
  const { activation, network } = await server.device(rules);
  const { expiresAt } = activation;
  const seat = await activation.checkout({ holder: "ada" });
  const lost = lossesOf(seat);
  await pass(2 * HOUR_SECONDS, network, 60);
  const refreshes = network.sentTo(/refresh$/).length;
  expect([seat.status, lost]).toEqual(["held", []]);
  expect(activation.expiresAt.getTime()).toBeGreaterThan(expiresAt.getTime() + HOUR_SECONDS * 1000);
  // Some time before each token's end, and not with each heartbeat.
  expect(refreshes).toBeGreaterThanOrEqual(2);
  expect(refreshes).toBeLessThanOrEqual(4);
  await seat.release();
});

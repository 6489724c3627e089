import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTenant } from "../../server/testing/fixtures.ts";
import { METER_RULES } from "../../server/testing/usage.ts";
import { isSignetError, type Seat } from "./src/index.ts";
import { type Interference, unreachable } from "./testing/network.ts";
import { RealServer } from "./testing/real-server.ts";
import { time } from "./testing/timers.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

const STEP_MS = 20 * 60_000;
const DAY_STEPS = 72;
const STEPS = 7 * DAY_STEPS;
const RULES = {
  seats: 1,
  leaseTtlSeconds: 7_200,
  heartbeatSeconds: 1_800,
  activationTokenTtlSeconds: 2 * 86_400,
  features: { "export-4k": true },
  meters: { credits: { ...METER_RULES, periodCredits: 1_000_000, ticketTtlSeconds: 30 * 86_400 } },
};

let server: RealServer;
let otherTenant: string;
beforeAll(async () => {
  server = await RealServer.create();
  otherTenant = (await createTenant(server.authority)).tenantId;
});
afterAll(() => server.end());

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const bodyOf = async (answer: Response): Promise<Record<string, unknown>> => answer.json();

const moods: Record<string, Interference> = {
  lies: async (_sent, forward) => {
    const answer = await forward();
    const { token: _token, receipt: _receipt, bundle: _bundle, ...rest } = await bodyOf(answer);
    return Response.json(
      { ...rest, token: "e30.e30.e30", receipt: "e30.e30.e30" },
      { status: answer.status },
    );
  },
  disowns: async () =>
    Response.json(
      { code: "license_revoked", detail: "Believe me." },
      { status: 410, headers: { "retry-after": "999999999" } },
    ),
  // Until the connection breaks; that the library's own patience ends is held elsewhere, since it costs real time.
  stalls: () => new Promise((_resolve, reject) => setTimeout(() => reject(new TypeError("timed out")), 30)),
  truncates: async (_sent, forward) => new Response((await (await forward()).text()).slice(0, 300)),
  "speaks for another tenant": async (_sent, forward) => {
    const answer = await forward();
    const body = await bodyOf(answer);
    const resigned: Record<string, unknown> = {};
    for (const [field, use] of [
      ["token", "activation"],
      ["token", "lease"],
      ["token", "ticket"],
      ["receipt", "receipt"],
    ] as const) {
      const text = String(body[field]);
      if (!text.startsWith("ey") || !kindOf(text).includes(use)) continue;
      const { sign } = await server.authority.trust.signer(otherTenant, use, 1);
      resigned[field] = sign(JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()));
    }
    return Response.json({ ...body, ...resigned }, { status: answer.status });
  },
  disappears: unreachable,
};

const kindOf = (jws: string): string => Buffer.from(jws.split(".")[0] ?? "", "base64url").toString();

/** When what such a token grants is over, in milliseconds since 1970. */
const endOf = (token: unknown): number => (decodeJwt(String(token)).exp ?? 0) * 1000;

function heapAfterCollection(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

test("an application comes well through a week with a server that fails in every way it can", {
  timeout: 120_000,
}, async () => {
  const seed = Number(process.env.SIGNET_SEED ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  console.info(`seed ${seed}`);
  const random = randomOf(seed);
  const rejections: unknown[] = [];
  const onRejection = (error: unknown) => rejections.push(error);
  process.on("unhandledRejection", onRejection);

  const { activation, network, license } = await server.device(RULES);
  // What the server has granted and the wire has let through: all that the application may go by.
  const granted = { activationUntil: activation.expiresAt.getTime(), seatUntil: 0 };
  const honest: Interference = async (sent, forward) => {
    const answer = await forward();
    const { token } = await bodyOf(answer.clone());
    if (/\/refresh$/.test(sent.path) && answer.ok) granted.activationUntil = endOf(token);
    if (/\/(leases|heartbeat)$/.test(sent.path) && answer.ok) granted.seatUntil = endOf(token);
    return answer;
  };
  const names = [...Object.keys(moods), "restarts"];
  let mood = "honest";
  let moodSteps = 0;
  let isUp = true;
  const met = new Set<string>();

  const attempt = async <Value>(work: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!isSignetError(error)) throw error;
      // Nothing was ever refused in truth.
      expect([error.signed, error.code]).toEqual([false, error.code]);
      return undefined;
    }
  };

  let seat: Seat | undefined;
  let refreshedAt = time.now();
  let used = 0;
  let heapBefore = 0;
  for (let step = 0; step < STEPS; step++) {
    if (moodSteps-- <= 0) {
      mood = random() < 0.5 ? "honest" : (names[Math.floor(random() * names.length)] ?? "honest");
      moodSteps = Math.floor(random() * (mood === "stalls" ? 4 : 12));
      met.add(mood);
    }
    if (isUp === (mood === "restarts")) {
      isUp = !isUp;
      await (isUp ? server.start() : server.stop());
    }
    network.interfere = moods[mood] ?? honest;
    network.sent.length = 0;
    if (step % DAY_STEPS === 0) {
      const { database, trust } = server.authority;
      await database.withTenant(server.tenant.tenantId, (tx) => trust.publish(tx, server.tenant.tenantId));
    }
    server.pass(STEP_MS);
    await network.quiet();

    if (time.now() - refreshedAt > 86_400_000 && (await attempt(() => activation.refresh().then(() => true))))
      refreshedAt = time.now();
    if (seat?.status !== "held") seat = await attempt(() => activation.checkout({ holder: "ada" }));
    if (random() < 0.3) {
      await activation.usage.record("credits", 2);
      used += 2;
    }
    if (random() < 0.1) {
      const ticket = await attempt(() => activation.ticket("credits", 10));
      if (ticket !== undefined) {
        await ticket.spend(3);
        used += 3;
        await attempt(() => ticket.settle());
      }
    }
    await network.quiet();

    const isActive = time.now() < granted.activationUntil;
    const seen = [activation.status, activation.has("export-4k"), seat?.status === "held"];
    expect([step, mood, ...seen]).toEqual([
      step,
      mood,
      isActive ? "active" : "expired",
      isActive,
      time.now() < granted.seatUntil,
    ]);
    if (step === 2 * DAY_STEPS) heapBefore = heapAfterCollection();
  }
  expect(heapAfterCollection() - heapBefore).toBeLessThan(24 * 2 ** 20);

  if (!isUp) await server.start();
  network.interfere = honest;
  for (let hours = 0; hours < 4; hours++) {
    server.pass(STEP_MS);
    await network.quiet();
  }
  await activation.refresh();
  await activation.usage.flush();
  await seat?.release();
  await activation.usage.close();
  await network.quiet();
  expect(await server.account(license.id)).toMatchObject({ spent: used, reserved: 0 });
  expect([met.size > 4, await activation.usage.pending(), time.timers]).toEqual([true, 0, 0]);
  process.off("unhandledRejection", onRejection);
  expect(rejections).toEqual([]);
});

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ActivationStatus } from "./src/index.ts";
import { unreachable } from "./testing/network.ts";
import { RealServer } from "./testing/real-server.ts";
import { time } from "./testing/timers.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let server: RealServer;
beforeAll(async () => {
  server = await RealServer.create();
});
afterAll(() => server.end());

/** A device whose activation is kept fresh, and what its listeners and the server have heard. */
async function kept(rules: Parameters<RealServer["device"]>[0] = {}) {
  const device = await server.device(rules);
  const { activation, network } = device;
  const heard: ActivationStatus[] = [];
  const deaf = activation.on("changed", ({ status }) => heard.push(status));
  const stop = activation.keepFresh();
  const refreshes = () => network.sentTo(/refresh$/).length;
  const pass = async (milliseconds: number) => {
    server.pass(milliseconds);
    await network.quiet();
  };
  return { ...device, heard, refreshes, pass, stop, deaf };
}

test("an activation is refreshed about daily, whatever fails meanwhile, until that is ended", async () => {
  const { activation, network, heard, refreshes, pass, stop, deaf } = await kept();
  await pass(MINUTE);
  expect(refreshes()).toBe(0); // it was signed just now
  await pass(DAY);
  expect([refreshes(), heard]).toEqual([1, ["active"]]);
  network.interfere = unreachable;
  await pass(DAY);
  await pass(HOUR);
  expect([refreshes(), heard, activation.status]).toEqual([3, ["active"], "active"]);
  network.interfere = (_sent, forward) => forward();
  await pass(HOUR);
  expect(heard).toEqual(["active", "active"]);
  stop();
  deaf();
  await pass(3 * DAY);
  expect([refreshes(), time.timers]).toEqual([4, 0]);
});

test("beginning anew in the same process keeps the pace: a page that is left and come back to asks for nothing", async () => {
  const { activation, refreshes, pass, stop, deaf } = await kept();
  await pass(HOUR);
  stop();
  for (let visit = 0; visit < 3; visit++) {
    const leave = activation.keepFresh();
    await pass(2 * MINUTE);
    leave();
  }
  expect(refreshes()).toBe(0);
  await pass(DAY);
  const leave = activation.keepFresh();
  await pass(MINUTE);
  expect(refreshes()).toBe(1);
  leave();
  deaf();
});

test("a token that lives for an hour is refreshed well within it", async () => {
  const { activation, refreshes, pass, stop, deaf } = await kept({ activationTokenTtlSeconds: 3_600 });
  for (let hour = 0; hour < 6; hour++) {
    await pass(31 * MINUTE);
    expect([activation.status, refreshes()]).toEqual(["active", hour + 1]);
  }
  stop();
  deaf();
});

test("a signed refusal is heard of by who listens, with its sentence, and so is what follows it", async () => {
  const { activation, license, heard, pass, stop, deaf } = await kept();
  await server.suspend(license.id);
  await pass(DAY);
  expect([activation.status, heard]).toEqual(["refused", ["refused"]]);
  expect([activation.refusal?.code, activation.refusal?.signed]).toEqual(["license_suspended", true]);
  expect(activation.reason).toContain("suspended");
  await server.reinstate(license.id);
  await pass(DAY);
  expect([activation.status, heard, activation.reason]).toEqual(["active", ["refused", "active"], undefined]);
  stop();
  deaf();
});

test("time alone moves a license into its grace and out of it, and each is told once", async () => {
  const { activation, network, heard, pass, stop, deaf } = await kept({
    type: "subscription",
    durationDays: 10,
    graceDays: 5,
    activationTokenTtlSeconds: (30 * DAY) / 1000,
  });
  network.interfere = unreachable;
  const graceUntil = new Date(server.authority.clock.now().getTime() + 15 * DAY);
  await pass(10 * DAY);
  expect([activation.status, activation.graceUntil]).toEqual(["grace", graceUntil]);
  expect(activation.reason).toContain("it still works until");
  await pass(5 * DAY);
  expect([activation.has("export-4k"), activation.reason]).toEqual([
    false,
    "This license has expired; renew it to go on.",
  ]);
  await pass(DAY);
  expect(heard).toEqual(["grace", "expired"]);
  stop();
  deaf();
});

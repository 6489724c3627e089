import { expect, test } from "vitest";
import { linearize, type Operation } from "./linearize.ts";
import { isSeenAs, type PoolAnswer, type PoolAsked, type PoolState, poolModel } from "./pool-model.ts";

const NOW_MS = 1_000_000;
const TTL_MS = 1_000;
const RULES = { ttlMs: TTL_MS, overage: 0, perHolderMax: 2, reserved: 0 };

type Line = Operation<PoolAsked, PoolAnswer>;

const done: PoolAnswer = { granted: true, done: true };
const denied = (code: string, rule: string): PoolAnswer => ({ granted: false, code, rule });
const full = denied("no_seats_available", "seats.seats");

const checkout = (device: string): PoolAsked => ({
  kind: "checkout",
  device,
  holder: device,
  inGroup: false,
});
const lent = (slot: number, fence: number, change: object = {}): PoolAnswer => ({
  granted: true,
  lease: `lease-${slot}-${fence}`,
  slot,
  fence,
  resumed: false,
  expiresMs: NOW_MS + TTL_MS,
  ...change,
});
function about(kind: "heartbeat" | "release", device: string, slot: number, fence: number): PoolAsked {
  return { kind, device, lease: `lease-${slot}-${fence}`, owner: device, slot, fence, trueFence: fence };
}
const release = (device: string, owner: string): PoolAsked => {
  return { kind: "release", device, lease: "lease-1-1", owner, slot: 1, fence: 1, trueFence: 1 };
};
const line = (calledAt: number, returnedAt: number, asked: PoolAsked, answer?: PoolAnswer): Line => ({
  asked,
  answer,
  calledAt,
  returnedAt,
});

function poolOf(seats: number, held: readonly { device: string; expiresMs?: number }[] = []): PoolState {
  const slots = Array.from({ length: seats }, (_, index) => {
    const holder = held[index];
    if (holder === undefined) return { fence: 0, claim: undefined };
    const { device, expiresMs = NOW_MS + TTL_MS } = holder;
    return { fence: 1, claim: { id: `lease-${index + 1}-1`, device, holder: device, expiresMs } };
  });
  return { seats, slots, released: new Set() };
}

const explains = (initial: PoolState, lines: readonly Line[], accepts?: (state: PoolState) => boolean) =>
  linearize(lines, poolModel(RULES, NOW_MS), initial, accepts).ok;

const resumed = { lease: "lease-1-1", resumed: true };
const silent = [{ device: "a", expiresMs: NOW_MS - 1 }];

test.each<[string, PoolState, Line[]]>([
  [
    "the only seat lent, then asked for in vain",
    poolOf(1),
    [line(1, 2, checkout("a"), lent(1, 1)), line(3, 4, checkout("b"), full)],
  ],
  [
    "a denial answered before the grant that caused it",
    poolOf(1),
    [line(1, 4, checkout("a"), lent(1, 1)), line(2, 3, checkout("b"), full)],
  ],
  [
    "a seat given back and lent anew",
    poolOf(1, [{ device: "a" }]),
    [line(1, 4, about("release", "a", 1, 1), done), line(2, 3, checkout("b"), lent(1, 2))],
  ],
  [
    "its own lease for who asks again",
    poolOf(1, [{ device: "a" }]),
    [line(1, 2, checkout("a"), lent(1, 1, resumed))],
  ],
  [
    "a silent client's seat taken, and its heartbeat refused",
    poolOf(1, silent),
    [
      line(1, 2, checkout("b"), lent(1, 2)),
      line(3, 4, about("heartbeat", "a", 1, 1), denied("lease_fenced", "")),
    ],
  ],
  ["a lost answer that took effect", poolOf(1), [line(1, 2, checkout("a")), line(3, 4, checkout("b"), full)]],
  [
    "a lost answer that took none",
    poolOf(1),
    [line(1, 2, checkout("a")), line(3, 4, checkout("b"), lent(1, 1))],
  ],
  [
    "a lost answer that took effect long after",
    poolOf(1),
    [
      line(1, 2, checkout("a")),
      line(3, 4, checkout("b"), lent(1, 1)),
      line(5, 6, about("release", "b", 1, 1), done),
      line(7, 8, checkout("c"), full),
    ],
  ],
  [
    "its own lease for who lost the answer",
    poolOf(1),
    [line(1, 2, checkout("a")), line(3, 4, checkout("a"), lent(1, 1, resumed))],
  ],
  [
    "no seat after the pool was cut down",
    poolOf(2, [{ device: "a" }]),
    [line(1, 4, { kind: "resize", seats: 1 }, done), line(2, 3, checkout("b"), full)],
  ],
])("an order explains %s", (_, initial, lines) => {
  expect(explains(initial, lines)).toBe(true);
});

test.each<[string, PoolState, Line[]]>([
  [
    "one seat lent twice",
    poolOf(1),
    [line(1, 3, checkout("a"), lent(1, 1)), line(2, 4, checkout("b"), lent(1, 2))],
  ],
  [
    "one fence given twice",
    poolOf(2),
    [line(1, 3, checkout("a"), lent(1, 1)), line(2, 4, checkout("b"), lent(1, 1, { lease: "x" }))],
  ],
  [
    "a denial while a seat was free",
    poolOf(2),
    [line(1, 4, checkout("a"), lent(1, 1)), line(2, 3, checkout("b"), full)],
  ],
  [
    "a denial that came before the grant that would explain it",
    poolOf(1),
    [line(1, 2, checkout("b"), full), line(3, 4, checkout("a"), lent(1, 1))],
  ],
  [
    "a grant before the seat was given back",
    poolOf(1, [{ device: "a" }]),
    [line(1, 2, checkout("b"), lent(1, 2)), line(3, 4, about("release", "a", 1, 1), done)],
  ],
  ["a second seat for who has one", poolOf(2, [{ device: "a" }]), [line(1, 2, checkout("a"), lent(2, 1))]],
  [
    "a late heartbeat that revives",
    poolOf(1, silent),
    [line(1, 2, about("heartbeat", "a", 1, 1), lent(1, 1))],
  ],
  [
    "a heartbeat with an old fence that is granted",
    poolOf(1, silent),
    [line(1, 2, checkout("b"), lent(1, 2)), line(3, 4, about("heartbeat", "a", 1, 1), lent(1, 1))],
  ],
  [
    "a heartbeat answered with another lease",
    poolOf(1, [{ device: "a" }]),
    [line(1, 2, about("heartbeat", "a", 1, 1), lent(1, 1, { lease: "lease-1-2" }))],
  ],
  ["a release of another's lease", poolOf(1, [{ device: "a" }]), [line(1, 2, release("b", "a"), done)]],
  ["a seat beyond those in service", poolOf(1), [line(1, 2, checkout("a"), lent(2, 1))]],
  [
    "a lease that ends too late",
    poolOf(1),
    [line(1, 2, checkout("a"), lent(1, 1, { expiresMs: NOW_MS + TTL_MS + 1 }))],
  ],
  [
    "a lost answer that took effect twice",
    poolOf(2),
    [line(1, 2, checkout("a")), line(3, 4, checkout("b"), full)],
  ],
])("no order explains %s", (_, initial, lines) => {
  expect(explains(initial, lines)).toBe(false);
});

test("an order must also end in what was seen", () => {
  const lines = [line(1, 2, checkout("a"))];
  const slot = (fence: number, device?: string, holder = device) => {
    const expiresMs = device === undefined ? undefined : NOW_MS + TTL_MS;
    return { fence, lease: device, device, holder, expiresMs };
  };
  const seen =
    (fence: number, device?: string, holder = device) =>
    (state: PoolState) =>
      isSeenAs(state, [slot(fence, device, holder)], NOW_MS);
  expect(explains(poolOf(1), lines, seen(0))).toBe(true);
  expect(explains(poolOf(1), lines, seen(1, "a"))).toBe(true);
  expect(explains(poolOf(1), lines, seen(1, "b"))).toBe(false);
  expect(explains(poolOf(1), lines, seen(2, "a"))).toBe(false);
  expect(explains(poolOf(1), lines, seen(1, "a", "b"))).toBe(false);
  const oneMore = (state: PoolState) => isSeenAs(state, [slot(1, "a"), slot(1, "c")], NOW_MS);
  expect(explains(poolOf(1), lines, oneMore)).toBe(false);
});

import { expect, test } from "vitest";
import type { Seat, SeatPool } from "./seat.ts";
import { isSilent, leftWords, poolWords, releaseEffects } from "./seat-words.ts";

const now = new Date("2030-01-01T12:00:00Z");
const pool: SeatPool = {
  license: { id: "lic_1", keyHint: "RNDR-…-ABCDE", status: "active" },
  customer: { id: "cus_1", name: "Northwind" },
  product: { id: "prd_1", name: "Renderer" },
  capacity: 12,
  overageCapacity: 2,
  heartbeatSeconds: 60,
  leaseTtlSeconds: 300,
  held: 9,
  borrowed: 2,
  overage: 1,
  leaving: 0,
  reserved: [{ group: "night", seats: 2, held: 1 }],
  seats: [],
};
const seat: Seat = {
  leaseId: "lea_1",
  slot: 3,
  fence: 17,
  holder: "ada",
  group: null,
  reservedFor: null,
  overage: false,
  borrowed: false,
  leaving: false,
  grantedAt: new Date("2030-01-01T11:00:00Z"),
  expiresAt: new Date("2030-01-01T12:04:00Z"),
  device: { id: "act_1", name: "ws-12", platform: "linux", appVersion: "" },
};

test("a pool is told in numbers", () => {
  expect(poolWords(pool)).toBe("9 of 12 in use · 2 borrowed · 1 over · 2 reserved for night, 1 in use");
});

test.each([
  [65_000, "1:05"],
  [3_599_999, "59:59"],
  [2 * 3_600_000 + 300_000, "2 h 5 min"],
  [3 * 86_400_000, "3 days"],
  [-1, undefined],
])("%i ms left are %s", (leftMs, words) => {
  expect(leftWords(leftMs)).toBe(words);
});

test("a holder is silent once two heartbeats are missing, but never while the seat is borrowed", () => {
  const at = (secondsLeft: number) => ({ ...seat, expiresAt: new Date(now.getTime() + secondsLeft * 1000) });
  expect(isSilent(at(181), pool, now)).toBe(false);
  expect(isSilent(at(179), pool, now)).toBe(true);
  expect(isSilent({ ...at(1), borrowed: true }, pool, now)).toBe(false);
});

test("releasing says how many seats are in use afterwards, and how long the holder may work on", () => {
  const [frees, refused, latest] = releaseEffects(seat, pool, now);
  expect(frees).toBe("Frees seat 3: 8 of 12 seats in use afterwards.");
  expect(refused).toBe("ada on ws-12 is refused at the next heartbeat, within 1 minute.");
  expect(latest).toMatch(/works on until its lease ends, .*\(in 4 minutes\), at most\.$/);
});

test("releasing a borrowed seat says that its holder works on without a server, and how many people that makes", () => {
  const borrowed = { ...seat, borrowed: true, expiresAt: new Date("2030-01-04T12:00:00Z") };
  const effects = releaseEffects(borrowed, pool, now);
  expect(effects[1]).toMatch(
    /asks no server, and works on until the borrowed lease ends, .*\(in 3 days\)\.$/,
  );
  expect(effects[2]).toBe(
    "Until then somebody else can get the seat too, so 13 people may be working with 12 seats.",
  );
});

import { expect, test } from "vitest";
import { deactivateEffects, revokeEffects, suspendEffects, transferEffects } from "./effects.ts";

const LICENSE = {
  status: "active" as const,
  effective: { activationTokenTtlSeconds: 14 * 86_400, leaseTtlSeconds: 300 },
};
const NONE = { seats: 0, borrowed: 0, borrowedUntil: null };

test("what stopping a license does is said in numbers: no seat is taken back, and a device offline does not notice for a while", () => {
  const impact = { devices: 3, seats: 12, borrowed: 2, borrowedUntil: new Date("2026-12-04T12:00:00") };
  const revoked = revokeEffects(LICENSE, impact);
  expect(revoked[0]).toContain("shuts out 3 devices, for good");
  for (const said of [revoked, suspendEffects(LICENSE, impact)])
    expect(said.slice(1, 4)).toEqual([
      "10 seats end within 5 minutes.",
      expect.stringMatching(/^2 borrowed seats come back by 4 Dec 2026, 12:00: until then/),
      expect.stringContaining("14 days at most"),
    ]);
});

test("nothing is said of devices and seats where there are none", () => {
  const said = [
    ...revokeEffects(LICENSE, { devices: 0, ...NONE }),
    ...suspendEffects(LICENSE, { devices: 0, ...NONE }),
  ];
  expect(said.join(" ")).not.toMatch(/seat|offline|\bno devices\b/);
});

test("what a transfer does is said in numbers, and for both customers", () => {
  const license = { ...LICENSE, customer: { name: "Northwind" } };
  const held = { seats: 2, borrowed: 1, borrowedUntil: new Date("2026-12-04T12:00:00") };
  const impact = { devices: 3, ...held, meters: 2, people: 4 };
  const receiver = { name: "Tailspin", people: 1 };
  expect(transferEffects(license, impact, { deactivates: false, receiver })).toEqual([
    "4 people of Northwind can no longer see it.",
    "1 person of Tailspin sees it from then on.",
    "3 devices and 2 seats in use go on without noticing.",
    "Its key, its end and its terms stay what they are, and its 2 balances go with it.",
  ]);
  const said = transferEffects(license, impact, { deactivates: true, receiver }).join(" ");
  expect(said).toContain("Deactivates 3 devices and frees the seats held there");
  expect(said).toContain("1 borrowed seat comes back on 4 Dec 2026, 12:00");
  const slots = { activationCount: 3, activationsMax: 5 };
  expect(deactivateEffects(slots, { ...held, seats: 1 })).toEqual([
    "Frees 1 slot: 2 of 5 devices in use afterwards.",
    expect.stringMatching(/^1 borrowed seat comes back/),
    expect.stringMatching(/live seats/),
    "The device is refused at its next request to the server.",
  ]);
  expect(said).toContain("14 days at most");
});

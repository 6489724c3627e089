import { expect, test } from "vitest";
import { revokeEffects, suspendEffects } from "./effects.ts";

const LICENSE = { status: "active" as const, effective: { activationTokenTtlSeconds: 14 * 86_400 } };

test("what revoking does is said in numbers, and for how long a device offline does not notice", () => {
  const said = revokeEffects(LICENSE, { devices: 3, seats: 12 }).join(" ");
  expect(said).toContain("shuts out 3 devices, for good");
  expect(said).toContain("Frees 12 seats in use");
  expect(said).toContain("14 days at most");
});

test("nothing is said of devices and seats where there are none", () => {
  const said = [
    ...revokeEffects(LICENSE, { devices: 0, seats: 0 }),
    ...suspendEffects(LICENSE, { devices: 0, seats: 0 }),
  ];
  expect(said.join(" ")).not.toMatch(/seat|offline|\bno devices\b/);
});

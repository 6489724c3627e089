import { expect, test } from "vitest";
import { LICENSE_STATUSES, type LicenseTimes, licenseStatus, mayApply, validity } from "./license-state.ts";

const at = (day: number): Date => new Date(Date.UTC(2030, 0, day));
const base: LicenseTimes = {
  validFrom: at(10),
  expiresAt: at(20),
  graceUntil: at(25),
  suspendedAt: null,
  revokedAt: null,
};

test.each<[string, Partial<LicenseTimes>, number, string]>([
  ["waits for the first activation", { validFrom: null, expiresAt: null, graceUntil: null }, 15, "pending"],
  ["is not valid the day before", {}, 9, "pending"],
  ["is active from its first instant", {}, 10, "active"],
  ["is active until it expires", {}, 19, "active"],
  ["works in grace from the instant it expires", {}, 20, "grace"],
  ["works in grace until that ends", {}, 24, "grace"],
  ["is expired the instant grace ends", {}, 25, "expired"],
  ["is expired at once without grace", { graceUntil: at(20) }, 20, "expired"],
  ["never expires when perpetual", { expiresAt: null, graceUntil: null }, 9999, "active"],
  ["is suspended whatever the day", { suspendedAt: at(12) }, 30, "suspended"],
  ["is revoked before all else", { suspendedAt: at(12), revokedAt: at(13) }, 9, "revoked"],
])("a license %s", (_name, change, day, status) => {
  expect(licenseStatus({ ...base, ...change }, at(day))).toBe(status);
});

test("a revoked license is final: nothing may be done to it", () => {
  for (const action of ["suspend", "reinstate", "renew", "transfer", "revoke"] as const)
    expect(mayApply(action, "revoked")).toBe(false);
});

test("only a suspended license is reinstated, and only one that is not is suspended", () => {
  for (const status of LICENSE_STATUSES.filter((each) => each !== "revoked")) {
    expect(mayApply("reinstate", status)).toBe(status === "suspended");
    expect(mayApply("suspend", status)).toBe(status !== "suspended");
  }
});

test("validity counts whole days from its start, and grace from its end", () => {
  const start = new Date("2030-03-30T12:34:56.789Z");
  expect(validity({ type: "subscription", durationDays: 30, graceDays: 7 }, start)).toEqual({
    expiresAt: new Date("2030-04-29T12:34:56.789Z"),
    graceUntil: new Date("2030-05-06T12:34:56.789Z"),
  });
  expect(validity({ type: "perpetual", durationDays: null, graceDays: 0 }, start)).toEqual({
    expiresAt: null,
    graceUntil: null,
  });
});

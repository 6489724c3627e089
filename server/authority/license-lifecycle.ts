import type { Actor } from "../domain/actor.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import { graceEnd, renewedEnd } from "../domain/license-terms.ts";
import { policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { countPeople } from "./customer-store.ts";
import { createLicenseChanger, type LockedLicense, refuseTransition } from "./license-change.ts";
import type { RenewLicense } from "./license-input.ts";
import * as store from "./license-store.ts";
import { present } from "./missing.ts";
import type { SeatChanges, Trust } from "./ports.ts";
import { countHeld } from "./seat-store.ts";

/** The transitions an operator makes; each takes effect on the very next request of any device. */
export function createLifecycle(deps: {
  database: Database;
  clock: Clock;
  trust: Pick<Trust, "publish">;
  seatChanges: SeatChanges;
}) {
  const { database, clock, trust } = deps;
  const change = createLicenseChanger(deps);

  return {
    suspend: (actor: Actor, id: string, reason: string) =>
      change(actor, id, (license, now) => {
        refuseTransition(license, "suspend", now);
        const data = { suspendedAt: now };
        return {
          action: "license.suspended",
          data,
          before: { suspendedAt: null },
          after: { ...data, reason },
        };
      }),

    reinstate: (actor: Actor, id: string, reason: string) =>
      change(actor, id, (license, now) => {
        refuseTransition(license, "reinstate", now);
        const { suspendedAt } = license;
        const data = { suspendedAt: null };
        return { action: "license.reinstated", data, before: { suspendedAt }, after: { ...data, reason } };
      }),

    /** Moves the end by days or to a date; grace follows. Throws `invalid_request` where there is no end to move. */
    renew: (actor: Actor, id: string, request: RenewLicense) =>
      change(actor, id, (license, now) => {
        refuseTransition(license, "renew", now);
        const expiresAt = newEnd(license, request, now);
        const data = { expiresAt, graceUntil: graceEnd(expiresAt, policyRules.parse(license.effective)) };
        const before = { expiresAt: license.expiresAt, graceUntil: license.graceUntil };
        return { action: "license.renewed", data, before, after: data };
      }),

    /** For ever: no device can use the license again, and the next trust bundle says so to those that are offline. */
    revoke: (actor: Actor, id: string, reason: string) =>
      change(actor, id, (license, now) => {
        refuseTransition(license, "revoke", now);
        const { tenantId } = actor;
        const data = { revokedAt: now };
        return {
          action: "license.revoked",
          data,
          before: { revokedAt: null },
          after: { ...data, reason },
          also: async (tx) => {
            await store.insertRevocation(tx, {
              tenantId,
              kind: "license",
              subjectId: id,
              reason,
              revokedAt: now,
            });
            await trust.publish(tx, tenantId);
          },
        };
      }),

    /** What hangs on the license now, in numbers: for what is done to it. */
    impact: (actor: Actor, id: string) =>
      database.withTenant(actor.tenantId, async (tx) => {
        const license = present(await store.findLicense(tx, actor.tenantId, id), "license");
        const held = await countHeld(tx, actor.tenantId, { pool: { licenseId: id } }, clock.now());
        const people = await countPeople(tx, actor.tenantId, license.customerId);
        const meters = await store.countAccounts(tx, actor.tenantId, id);
        return { devices: license.activationCount, ...held, meters, people };
      }),
  };
}

function newEnd(license: LockedLicense, { days, until }: RenewLicense, now: Date): Date {
  const { validFrom, expiresAt } = license;
  if (expiresAt === null) {
    throw new SignetError(
      "invalid_request",
      validFrom === null
        ? "This license has not begun: its time counts from the first activation, so there is nothing to renew yet."
        : "This license never expires, so there is nothing to renew.",
    );
  }
  if (until === undefined) return renewedEnd(expiresAt, days ?? 0, now);
  if (until <= now) throw invalidField("/until", "Choose a date in the future.");
  if (until <= expiresAt)
    throw invalidField("/until", `Choose a date after the present end, ${isoDay(expiresAt)}.`);
  return until;
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

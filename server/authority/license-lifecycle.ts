import type { Actor } from "../domain/actor.ts";
import { policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { countPeople } from "./customer-store.ts";
import { createLicenseChanger } from "./license-change.ts";
import type { RenewLicense } from "./license-input.ts";
import * as store from "./license-store.ts";
import { decideTransition, type Transition } from "./license-transition.ts";
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
  const transit = (actor: Actor, id: string, transition: Transition) =>
    change(actor, id, (license, now) => {
      const { graceDays } = policyRules.parse(license.effective);
      return decideTransition({ ...license, graceDays }, transition, now);
    });

  return {
    suspend: (actor: Actor, id: string, reason: string) => transit(actor, id, { action: "suspend", reason }),

    reinstate: (actor: Actor, id: string, reason: string) =>
      transit(actor, id, { action: "reinstate", reason }),

    /** Moves the end by days or to a date; grace follows. Throws `invalid_request` where there is no end to move. */
    renew: (actor: Actor, id: string, { days, until }: RenewLicense) =>
      transit(actor, id, { action: "renew", days, until }),

    /** For ever: no device can use the license again, and the next trust bundle says so to those that are offline. */
    revoke: (actor: Actor, id: string, reason: string) =>
      change(actor, id, (license, now) => {
        const { graceDays } = policyRules.parse(license.effective);
        return {
          ...decideTransition({ ...license, graceDays }, { action: "revoke", reason }, now),
          also: async (tx) => {
            await store.insertRevocations(tx, actor.tenantId, [id], reason, now);
            await trust.publish(tx, actor.tenantId);
          },
        };
      }),

    /** What hangs on the license now, in numbers: for what is done to it. */
    impact: (actor: Actor, id: string) =>
      database.withTenant(actor.tenantId, async (tx) => {
        const license = present(await store.findLicense(tx, actor.tenantId, id), "license");
        const held = await countHeld(tx, actor.tenantId, { licenseId: id }, clock.now());
        const people = await countPeople(tx, actor.tenantId, license.customerId);
        const meters = await store.countAccounts(tx, actor.tenantId, id);
        return { devices: license.activationCount, ...held, meters, people };
      }),
  };
}

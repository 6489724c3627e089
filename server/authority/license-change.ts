import type { Actor } from "../domain/actor.ts";
import { type LicenseStatus, licenseStatus } from "../domain/license-state.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { type Auditable, recordAudit } from "./audit.ts";
import { applyEntitlements } from "./entitlements-store.ts";
import * as store from "./license-store.ts";
import { present } from "./missing.ts";
import type { SeatChanges, Tx } from "./ports.ts";

export type LockedLicense = NonNullable<Awaited<ReturnType<typeof store.lockLicense>>>;
type LicenseUpdate = Parameters<typeof store.updateLicense>[3];

/** The fields a change may set; those its status is derived from are plain dates, so that the new status is known. */
export type LicenseData = Omit<LicenseUpdate, keyof Times> & Partial<Times>;
type Times = Pick<LockedLicense, "validFrom" | "expiresAt" | "graceUntil" | "suspendedAt" | "revokedAt">;

export interface LicenseChange {
  /** The audit action, `license.…`. */
  readonly action: string;
  readonly data: LicenseData;
  readonly before: Auditable;
  readonly after: Auditable;
  /** What else belongs to the change, after the license itself was written. */
  readonly also?: (tx: Tx) => Promise<unknown>;
}

/** The status a change left the license in. */
export interface ChangedLicense {
  readonly status: LicenseStatus;
  readonly expiresAt: Date | null;
}

/**
 * Changes one license: locks it, lets `decide` say what changes, remembers the status as announced, and records the
 * change. Once it is committed, who watches its seats is told: how many there are, or whether they may be used, may be
 * different. Throws `not_found`, and whatever `decide` throws.
 */
export function createLicenseChanger({
  database,
  clock,
  seatChanges,
}: {
  database: Database;
  clock: Clock;
  seatChanges: SeatChanges;
}) {
  return async function change(
    actor: Actor,
    id: string,
    decide: (license: LockedLicense, now: Date, tx: Tx) => LicenseChange | Promise<LicenseChange>,
  ): Promise<ChangedLicense> {
    const { tenantId } = actor;
    const changed = await database.withTenant(tenantId, async (tx) => {
      const license = present(await store.lockLicense(tx, tenantId, id), "license");
      const now = clock.now();
      const { action, data, before, after, also } = await decide(license, now, tx);
      const times = { ...license, ...data };
      const status = licenseStatus(times, now);
      const updatedAt = laterThan(license.updatedAt, now);
      await store.updateLicense(tx, tenantId, id, {
        ...data,
        announcedStatus: status,
        updatedAt,
      });
      if (mayChangeEntitlements(data)) await applyEntitlements(tx, tenantId, [id], clock);
      await also?.(tx);
      await recordAudit(tx, actor, clock, { action, subjectKind: "license", subjectId: id, before, after });
      return { status, expiresAt: times.expiresAt };
    });
    seatChanges.announce(tenantId, id);
    return changed;
  };
}

/** Also when it may be used again: a period's credits are given only to a license that may be used. */
function mayChangeEntitlements(data: LicenseData): boolean {
  return data.effective !== undefined || data.suspendedAt !== undefined || data.expiresAt !== undefined;
}

/** Two changes never share a moment: a certificate made between them is told by it that it is old. */
function laterThan(previous: Date, now: Date): Date {
  return new Date(Math.max(now.getTime(), previous.getTime() + 1));
}

import type { UserActor } from "../domain/actor.ts";
import { invalidField } from "../domain/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { recordAudit } from "./audit.ts";
import type { Tx } from "./ports.ts";
import type { Settings } from "./settings-input.ts";

export type TenantSettings = ReturnType<typeof createTenantSettings>;

const SHOWN = { name: true, accent: true, supportEmail: true, twoFactorRequired: true } as const;

/** What a vendor says about itself, and asks of its staff. */
export function createTenantSettings({ database, clock }: { database: Database; clock: Clock }) {
  return {
    /** With how many of the staff prove a second factor: what asking for it would mean. */
    async get({ tenantId }: UserActor) {
      const { prisma } = database;
      const [tenant, members, withTwoFactor] = await Promise.all([
        prisma.tenant.findUniqueOrThrow({
          where: { id: tenantId },
          select: { ...SHOWN, slug: true, mode: true, createdAt: true },
        }),
        prisma.membership.count({ where: { tenantId } }),
        prisma.membership.count({
          where: { tenantId, user: { twoFactor: { confirmedAt: { not: null } } } },
        }),
      ]);
      return { ...tenant, members, withTwoFactor };
    },

    /** Throws `invalid_request` when a second factor is asked for by somebody who has none: they would lock themselves out. */
    async update(actor: UserActor, settings: Settings): Promise<void> {
      const { tenantId } = actor;
      await database.withTenant(tenantId, async (tx) => {
        const before = await lockTenant(tx, tenantId);
        if (settings.twoFactorRequired && !before.twoFactorRequired && !(await provesTwo(tx, actor.userId)))
          throw invalidField("/twoFactorRequired", "Set up two-factor sign-in for yourself first.");
        const changed = Object.entries(settings).filter(
          ([name, value]) => Reflect.get(before, name) !== value,
        );
        if (changed.length === 0) return;
        await tx.tenant.update({ where: { id: tenantId }, data: settings });
        await recordAudit(tx, actor, clock, {
          action: "tenant.settings_changed",
          subjectKind: "tenant",
          subjectId: tenantId,
          before: Object.fromEntries(changed.map(([name]) => [name, Reflect.get(before, name)])),
          after: Object.fromEntries(changed),
        });
      });
    },
  };
}

async function lockTenant(tx: Tx, tenantId: string) {
  await tx.$executeRaw`SELECT 1 FROM tenant WHERE id = ${tenantId}::uuid FOR UPDATE`;
  return tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: SHOWN });
}

async function provesTwo(tx: Tx, userId: string): Promise<boolean> {
  const known = await tx.twoFactor.findUnique({ where: { userId }, select: { confirmedAt: true } });
  return known?.confirmedAt != null;
}

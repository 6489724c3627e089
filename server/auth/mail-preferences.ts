import type { MailKind } from "../domain/mail-kinds.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";

export type MailPreferences = ReturnType<typeof createMailPreferences>;

/** A person, as somebody of one vendor: its staff, or a customer's. */
interface Person {
  readonly tenantId: string;
  readonly userId: string;
}

/** Which mails a person wants from a vendor. All of them, until they say otherwise. */
export function createMailPreferences({ database, clock }: { database: Database; clock: Clock }) {
  return {
    async get({ tenantId, userId }: Person): Promise<Record<MailKind, boolean>> {
      const off = await database.withTenant(tenantId, (tx) =>
        tx.mailPreference.findMany({ where: { tenantId, userId, off: true }, select: { kind: true } }),
      );
      const kindsOff = new Set(off.map(({ kind }) => kind));
      const wants = (kind: MailKind) => !kindsOff.has(kind);
      return {
        license_expiring: wants("license_expiring"),
        seats_short: wants("seats_short"),
        credits_short: wants("credits_short"),
      };
    },

    /** Doing it twice changes nothing more. */
    async set({ tenantId, userId }: Person, kind: MailKind, wanted: boolean): Promise<void> {
      const said = { off: !wanted, changedAt: clock.now() };
      await database.withTenant(tenantId, (tx) =>
        tx.mailPreference.upsert({
          where: { tenantId_userId_kind: { tenantId, userId, kind } },
          create: { tenantId, userId, kind, ...said },
          update: said,
        }),
      );
    },

    /** Of these people, those that want mails of a kind: whoever is about to send one asks. */
    async wanting(
      tenantId: string,
      kind: MailKind,
      userIds: readonly string[],
    ): Promise<ReadonlySet<string>> {
      const off = await database.withTenant(tenantId, (tx) =>
        tx.mailPreference.findMany({
          where: { tenantId, kind, off: true, userId: { in: [...userIds] } },
          select: { userId: true },
        }),
      );
      const usersOff = new Set(off.map(({ userId }) => userId));
      return new Set(userIds.filter((userId) => !usersOff.has(userId)));
    },
  };
}

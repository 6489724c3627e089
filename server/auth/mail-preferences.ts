import type { Prisma } from "#prisma/generated/client.ts";
import type { Role } from "../domain/actor.ts";
import { type CustomerMailKind, type MailKind, STAFF_DIGEST } from "../domain/mail-kinds.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { allows } from "./permissions.ts";

export type MailPreferences = ReturnType<typeof createMailPreferences>;

/** A person, as somebody of one vendor: its staff, or a customer's. */
interface Person {
  readonly tenantId: string;
  readonly userId: string;
}

/**
 * Which mails a person wants from a vendor. A customer's people: all, until they say otherwise. Its staff gets the digest as
 * they said; who said nothing, if their role can do something about what it tells.
 */
export function createMailPreferences({ database, clock }: { database: Database; clock: Clock }) {
  return {
    async get({ tenantId, userId }: Person): Promise<Record<CustomerMailKind, boolean>> {
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

    /** Whether somebody of the staff gets the digest. */
    async wantsDigest({ tenantId, userId, role }: Person & { readonly role: Role }): Promise<boolean> {
      const said = await database.withTenant(tenantId, (tx) =>
        tx.mailPreference.findUnique({
          where: { tenantId_userId_kind: { tenantId, userId, kind: STAFF_DIGEST } },
        }),
      );
      return said === null ? byDefault(role) : !said.off;
    },

    /** Those of the staff who get it. */
    async digestReaders(
      tx: Prisma.TransactionClient,
      tenantId: string,
    ): Promise<{ userId: string; email: string }[]> {
      const members = await tx.membership.findMany({
        where: { tenantId },
        select: { userId: true, role: true, user: { select: { email: true } } },
        orderBy: { createdAt: "asc" },
      });
      const said = await tx.mailPreference.findMany({ where: { tenantId, kind: STAFF_DIGEST } });
      const off = new Map(said.map((each) => [each.userId, each.off]));
      return members
        .filter(({ userId, role }) => !(off.get(userId) ?? !byDefault(role)))
        .map(({ userId, user }) => ({ userId, email: user.email }));
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

function byDefault(role: Role): boolean {
  return allows(role, "license:issue");
}

import type { Prisma } from "#prisma/generated/client.ts";
import { recordAudit } from "../authority/audit.ts";
import type { Role, UserActor } from "../domain/actor.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { Logger } from "../platform/log.ts";

export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly joinedAt: Date;
  /** Whether they prove a second factor at sign-in. */
  readonly twoFactor: boolean;
  /** Whether they can sign in by an identity provider. */
  readonly byIdentity: boolean;
}

export interface Members {
  /** Everybody of the actor's tenant, longest-standing first. */
  list(actor: UserActor): Promise<Member[]>;
  /** Throws `not_found`, `forbidden` (an owner's role is for owners to change) or `invalid_request` (the last owner). */
  changeRole(actor: UserActor, userId: string, role: Role): Promise<void>;
  /** Ends the person's access at their next request. Throws as `changeRole` does. */
  remove(actor: UserActor, userId: string): Promise<void>;
}

export function createMembers({
  database,
  clock,
  log,
}: {
  database: Database;
  clock: Clock;
  log: Logger;
}): Members {
  return {
    async list(actor) {
      const memberships = await database.prisma.membership.findMany({
        where: { tenantId: actor.tenantId },
        include: {
          user: {
            select: {
              name: true,
              email: true,
              twoFactor: { select: { confirmedAt: true } },
              _count: { select: { identities: true } },
            },
          },
        },
        orderBy: { createdAt: "asc" },
      });
      return memberships.map(({ userId, role, createdAt, user }) => ({
        userId,
        name: user.name,
        email: user.email,
        role,
        joinedAt: createdAt,
        twoFactor: user.twoFactor?.confirmedAt != null,
        byIdentity: user._count.identities > 0,
      }));
    },

    async changeRole(actor, userId, role) {
      await database.withTenant(actor.tenantId, async (tx) => {
        const from = await lockedRole(tx, actor, userId);
        if (from === role) return;
        mayTouchOwner(actor, from, role);
        if (from === "owner") await keepAnOwner(tx, actor.tenantId);
        await tx.membership.update({ where: key(actor, userId), data: { role } });
        await recordAudit(tx, actor, clock, {
          action: "member.role_changed",
          subjectKind: "user",
          subjectId: userId,
          before: { role: from },
          after: { role },
        });
      });
      log.info({ userId, role }, "member's role changed");
    },

    async remove(actor, userId) {
      await database.withTenant(actor.tenantId, async (tx) => {
        const role = await lockedRole(tx, actor, userId);
        mayTouchOwner(actor, role);
        if (role === "owner") await keepAnOwner(tx, actor.tenantId);
        await tx.membership.delete({ where: key(actor, userId) });
        await recordAudit(tx, actor, clock, {
          action: "member.removed",
          subjectKind: "user",
          subjectId: userId,
          before: { role },
          after: null,
        });
      });
      log.info({ userId }, "member removed");
    },
  };
}

function key(actor: UserActor, userId: string) {
  return { tenantId_userId: { tenantId: actor.tenantId, userId } };
}

/** Only an owner makes or unmakes an owner. */
export function mayTouchOwner(actor: UserActor, ...roles: Role[]): void {
  if (actor.role === "owner" || !roles.includes("owner")) return;
  throw new SignetError("forbidden", "Only an owner can add, change or remove an owner; ask one.");
}

/** The member's role, after locking the tenant's members: two owners cannot remove each other at the same moment. */
async function lockedRole(tx: Prisma.TransactionClient, actor: UserActor, userId: string): Promise<Role> {
  await tx.$queryRaw`
    SELECT user_id FROM membership WHERE tenant_id = ${actor.tenantId}::uuid ORDER BY user_id FOR UPDATE`;
  const membership = await tx.membership.findUnique({ where: key(actor, userId) });
  if (membership === null) throw new SignetError("not_found", "This person is not a member of the team.");
  return membership.role;
}

async function keepAnOwner(tx: Prisma.TransactionClient, tenantId: string): Promise<void> {
  const owners = await tx.membership.count({ where: { tenantId, role: "owner" } });
  if (owners > 1) return;
  throw invalidField("/role", "This is the last owner; make somebody else an owner first.");
}

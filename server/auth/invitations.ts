import { createHash } from "node:crypto";
import type { Prisma } from "#prisma/generated/client.ts";
import { recordAudit } from "../authority/audit.ts";
import type { Role, UserActor } from "../domain/actor.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import { publicId, storedId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid, randomSecret } from "../platform/ids.ts";
import type { Logger } from "../platform/log.ts";
import { mayTouchOwner } from "./members.ts";
import { hashPassword, newPasswordSchema } from "./passwords.ts";
import { type Auth, normalEmail } from "./sign-in.ts";

const LIFE_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface PendingInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface InvitationPreview {
  readonly tenantName: string;
  readonly email: string;
  readonly role: Role;
  /** Whether the address already has an account, whose password is then asked for. */
  readonly hasAccount: boolean;
}

export interface Invitations {
  /**
   * Invites a colleague. `token` is returned this once and is not kept; an earlier invitation of the same address
   * stops working. Throws `invalid_request` when the person is a member already, `forbidden` when a non-owner
   * invites an owner.
   */
  create(
    actor: UserActor,
    input: { email: string; role: Role },
  ): Promise<PendingInvitation & { token: string }>;
  /** Invitations that can still be accepted, newest first. */
  pending(actor: UserActor): Promise<PendingInvitation[]>;
  /** Throws `not_found` when there is no such pending invitation. */
  revoke(actor: UserActor, id: string): Promise<void>;
  /** Throws `not_found`, with a sentence saying why, when the link cannot be used. */
  preview(token: string): Promise<InvitationPreview>;
  /**
   * Makes the membership, and the account where there is none. An existing account's password must fit, under the
   * sign-in limits. Throws `not_found`, `invalid_request`, `unauthorized` or `rate_limited`. Answers the address to sign in with.
   */
  accept(token: string, input: { name: string; password: string; ip: string }): Promise<{ email: string }>;
}

export function createInvitations({
  database,
  clock,
  log,
  auth,
}: {
  database: Database;
  clock: Clock;
  log: Logger;
  auth: Pick<Auth, "signIn">;
}): Invitations {
  const usable = () => ({ acceptedAt: null, revokedAt: null, expiresAt: { gt: clock.now() } });

  async function open(token: string) {
    const { tenantId, tokenHash } = parseToken(token);
    const invitation = await database.withTenant(tenantId, (tx) =>
      tx.invitation.findUnique({
        where: { tenantId_tokenHash: { tenantId, tokenHash } },
        include: { tenant: { select: { name: true } } },
      }),
    );
    if (invitation === null)
      throw unusable("This invitation link is not valid; check that it was copied whole.");
    if (invitation.acceptedAt !== null)
      throw unusable("This invitation was already accepted; sign in instead.");
    if (invitation.revokedAt !== null) throw unusable("This invitation was withdrawn; ask for a new one.");
    if (invitation.expiresAt <= clock.now())
      throw unusable("This invitation has expired; ask for a new one.");
    const user = await database.prisma.user.findUnique({ where: { email: invitation.email } });
    return { invitation, user };
  }

  return {
    async create(actor, input) {
      mayTouchOwner(actor, input.role);
      const { tenantId } = actor;
      const email = normalEmail(input.email);
      const secret = randomSecret(32);
      const now = clock.now();
      const invitation = {
        id: newUuid(),
        email,
        role: input.role,
        createdAt: now,
        expiresAt: new Date(now.getTime() + LIFE_DAYS * DAY_MS),
      };
      await database.withTenant(tenantId, async (tx) => {
        const member = await tx.membership.findFirst({ where: { tenantId, user: { email } } });
        if (member !== null) throw invalidField("/email", "This person is already a member of the team.");
        await tx.invitation.updateMany({ where: { tenantId, email, ...usable() }, data: { revokedAt: now } });
        await tx.invitation.create({
          data: { tenantId, ...invitation, tokenHash: hashSecret(secret), invitedBy: actor.userId },
        });
        await recordAudit(tx, actor, clock, {
          action: "member.invited",
          subjectKind: "invitation",
          subjectId: invitation.id,
          before: null,
          after: { email, role: input.role, expiresAt: invitation.expiresAt.toISOString() },
        });
      });
      log.info({ invitationId: invitation.id, role: input.role }, "member invited");
      return { ...invitation, token: `${publicId("tenant", tenantId)}.${secret}` };
    },

    pending(actor) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, (tx) =>
        tx.invitation.findMany({
          where: { tenantId, ...usable() },
          select: { id: true, email: true, role: true, createdAt: true, expiresAt: true },
          orderBy: { createdAt: "desc" },
        }),
      );
    },

    async revoke(actor, id) {
      const { tenantId } = actor;
      await database.withTenant(tenantId, async (tx) => {
        const { count } = await tx.invitation.updateMany({
          where: { tenantId, id, ...usable() },
          data: { revokedAt: clock.now() },
        });
        if (count === 0) throw new SignetError("not_found", "This invitation is no longer pending.");
        await recordAudit(tx, actor, clock, {
          action: "invitation.revoked",
          subjectKind: "invitation",
          subjectId: id,
          before: null,
          after: null,
        });
      });
    },

    async preview(token) {
      const { invitation, user } = await open(token);
      const { email, role, tenant } = invitation;
      return { tenantName: tenant.name, email, role, hasAccount: hasPassword(user) };
    },

    async accept(token, { name, password, ip }) {
      const { invitation, user } = await open(token);
      const { tenantId, id, email, role } = invitation;
      const known = hasPassword(user);
      if (known) await auth.signIn({ email, password, ip });
      const passwordHash = known ? null : await hashPassword(acceptable(password));
      const userId = user?.id ?? newUuid();
      await database.withTenant(tenantId, async (tx) => {
        const { count } = await tx.invitation.updateMany({
          where: { tenantId, id, ...usable() },
          data: { acceptedAt: clock.now() },
        });
        if (count === 0) throw unusable("This invitation was used or withdrawn a moment ago.");
        if (user === null) await tx.user.create({ data: { id: userId, email, name, passwordHash } });
        else if (!known) await giveFirstPassword(tx, userId, { name, passwordHash });
        await tx.membership.create({ data: { tenantId, userId, role } });
        await recordAudit(tx, { kind: "user", userId, tenantId, role }, clock, {
          action: "invitation.accepted",
          subjectKind: "user",
          subjectId: userId,
          before: null,
          after: { email, role },
        });
      });
      log.info({ invitationId: id, userId }, "invitation accepted");
      return { email };
    },
  };
}

/** Only ever the first: an account that got a password in the meantime keeps it. */
async function giveFirstPassword(
  tx: Prisma.TransactionClient,
  id: string,
  data: { name: string; passwordHash: string | null },
): Promise<void> {
  const { count } = await tx.user.updateMany({ where: { id, passwordHash: null }, data });
  if (count === 0) throw unusable("This account was set up a moment ago; open the link again.");
}

function acceptable(password: string): string {
  const parsed = newPasswordSchema.safeParse(password);
  if (parsed.success) return parsed.data;
  throw invalidField("/password", parsed.error.issues[0]?.message ?? "Choose another password.");
}

function hasPassword(user: { passwordHash: string | null } | null): boolean {
  return user !== null && user.passwordHash !== null;
}

/** A link names its tenant, because invitations can only be read within one. */
function parseToken(token: string): { tenantId: string; tokenHash: string } {
  const [tenant = "", secret = ""] = token.split(".");
  const tenantId = storedId("tenant", tenant);
  if (tenantId === undefined)
    throw unusable("This invitation link is not valid; check that it was copied whole.");
  return { tenantId, tokenHash: hashSecret(secret) };
}

function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

function unusable(sentence: string): SignetError {
  return new SignetError("not_found", sentence);
}

import type { Prisma } from "#prisma/generated/client.ts";
import { type PersonAuthor, recordAudit } from "../authority/audit.ts";
import type { Tx } from "../authority/ports.ts";
import type { CustomerRole, Role, UserActor } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import type { Mails } from "../mail/mails.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import type { Logger } from "../platform/log.ts";
import { connect, type Identities, type Presented } from "./identities.ts";
import { newToken, notALink, parseToken, unusable } from "./invitation-link.ts";
import { mailInvitation } from "./invitation-mail.ts";
import { auditOf, columnsOf, grant, mayBeOffered, type Offer, offerOf } from "./invitation-offers.ts";
import { type InvitationPreview, previewOf } from "./invitation-preview.ts";
import { acceptable, belongsSomewhere, byIdentity, hasPassword, setUp } from "./invitee.ts";
import type { InviteLimiter } from "./limiter.ts";
import { mayTouchOwner } from "./members.ts";
import { hashPassword } from "./passwords.ts";
import { type Auth, normalEmail } from "./sign-in.ts";

const LIFE_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What the list of pending invitations shows of one. `R` is a role in the team, or one with a customer. */
export interface PendingInvitation<R = Role> {
  readonly id: string;
  readonly email: string;
  readonly role: R;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/**
 * The only way into a tenant's team or to a customer's licenses. An account belongs to whoever set its password, and that may
 * not be the address's real owner; so nobody is linked to anything by their address, but only by the link they were sent.
 */
export interface Invitations {
  /**
   * Invites a colleague. `token` is returned this once and is not kept; an earlier invitation of the same address
   * to the team stops working. Throws `invalid_request` when the person is a member already, `forbidden` when a
   * non-owner invites an owner, `rate_limited` after too many by one person or to one address.
   */
  create(
    actor: UserActor,
    input: { email: string; role: Role },
  ): Promise<PendingInvitation & { token: string }>;
  /** The same for a person of a customer. Throws `not_found` for an unknown customer, `invalid_request` for an archived one. */
  createForCustomer(
    actor: PersonAuthor,
    customerId: string,
    input: { email: string; role: CustomerRole },
    /** For somebody who asked to be let in: notes, in the same transaction, that they are answered. */
    answer?: (tx: Tx) => Promise<void>,
  ): Promise<PendingInvitation<CustomerRole> & { token: string }>;
  /** Invitations to the team that can still be accepted, newest first. */
  pending(actor: UserActor): Promise<PendingInvitation[]>;
  pendingForCustomer(actor: PersonAuthor, customerId: string): Promise<PendingInvitation<CustomerRole>[]>;
  /** Throws `not_found` when there is no such pending invitation to the team. */
  revoke(actor: UserActor, id: string): Promise<void>;
  revokeForCustomer(actor: PersonAuthor, customerId: string, id: string): Promise<void>;
  /** Throws `not_found`, with a sentence saying why, when the link cannot be used. */
  preview(token: string): Promise<InvitationPreview>;
  /**
   * Gives what the link offers, and makes the account where there is none. An existing account's password must fit,
   * under the sign-in limits. Throws `not_found`, `invalid_request`, `unauthorized` or `rate_limited`. Answers the
   * address to sign in with.
   */
  accept(
    token: string,
    input: { name: string; password: string; code?: string | undefined; ip: string },
  ): Promise<{ email: string }>;
  /**
   * The same with what an identity provider has just said instead of a password: a new account gets that identity as its only
   * way in; an existing one must be signed in to by its own. Throws as `accept` does.
   */
  acceptByIdentity(token: string, input: Presented & { readonly name: string }): Promise<void>;
}

export function createInvitations({
  database,
  clock,
  log,
  auth,
  mails,
  identities,
  inviteLimiter,
}: {
  database: Database;
  clock: Clock;
  log: Logger;
  auth: Pick<Auth, "prove" | "currentUser">;
  identities: Pick<Identities, "bearer">;
  mails: Mails;
  inviteLimiter: InviteLimiter;
}): Invitations {
  const usable = () => ({ acceptedAt: null, revokedAt: null, expiresAt: { gt: clock.now() } });

  async function open(token: string) {
    const { tenantId, tokenHash } = parseToken(token);
    const invitation = await database.withTenant(tenantId, (tx) =>
      tx.invitation.findUnique({
        where: { tenantId_tokenHash: { tenantId, tokenHash } },
        include: {
          tenant: { select: { name: true, accent: true, supportEmail: true } },
          customer: { select: { name: true, archivedAt: true } },
        },
      }),
    );
    if (invitation === null) throw notALink();
    if (invitation.acceptedAt !== null)
      throw unusable("This invitation was already accepted; sign in instead.");
    if (invitation.revokedAt !== null) throw unusable("This invitation was withdrawn; ask for a new one.");
    if (invitation.expiresAt <= clock.now())
      throw unusable("This invitation has expired; ask for a new one.");
    if (invitation.customer !== null && invitation.customer.archivedAt !== null)
      throw unusable("This invitation does not work at present; ask whoever sent it.");
    const user = await database.prisma.user.findUnique({
      where: { email: invitation.email },
      include: { identities: { select: { id: true } } },
    });
    if (
      user !== null &&
      !hasPassword(user) &&
      !byIdentity(user) &&
      (await belongsSomewhere(database, user.id))
    )
      throw unusable("The account of this address is in use but has no password; ask whoever sent the link.");
    return { invitation, user, offer: offerOf(invitation) };
  }

  async function invite<O extends Offer>(
    actor: PersonAuthor,
    address: string,
    offer: O,
    answer?: (tx: Tx) => Promise<void>,
  ) {
    const { tenantId } = actor;
    const email = normalEmail(address);
    await inviteLimiter.invited(email, actor.userId);
    const { token, tokenHash } = newToken(tenantId);
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + LIFE_DAYS * DAY_MS);
    const invitation = { id: newUuid(), email, createdAt: now, expiresAt };
    const role: O["role"] = offer.role;
    await database.withTenant(tenantId, async (tx) => {
      await mayBeOffered(tx, tenantId, email, offer);
      await answer?.(tx);
      await tx.invitation.updateMany({
        where: { tenantId, email, customerId: offer.customerId, ...usable() },
        data: { revokedAt: now },
      });
      await tx.invitation.create({
        data: { tenantId, ...invitation, ...columnsOf(offer), tokenHash, invitedBy: actor.userId },
      });
      await mailInvitation(
        tx,
        mails,
        actor,
        { id: invitation.id, email, token },
        offer,
        answer !== undefined,
      );
      await recordAudit(tx, actor, clock, {
        ...auditOf(offer, invitation.id).made,
        before: null,
        after: { email, role, expiresAt },
      });
    });
    log.info({ invitationId: invitation.id, to: offer.to, role }, "person invited");
    return { ...invitation, role, token };
  }

  async function pending({ tenantId }: PersonAuthor, customerId: string | null) {
    const rows = await database.withTenant(tenantId, (tx) =>
      tx.invitation.findMany({
        where: { tenantId, customerId, ...usable() },
        orderBy: { createdAt: "desc" },
      }),
    );
    return rows.map(({ id, email, createdAt, expiresAt, ...columns }) => {
      return { offer: offerOf(columns), shown: { id, email, createdAt, expiresAt } };
    });
  }

  async function revoke(actor: PersonAuthor, customerId: string | null, id: string) {
    const { tenantId } = actor;
    await database.withTenant(tenantId, async (tx) => {
      const [invitation] = await tx.invitation.updateManyAndReturn({
        where: { tenantId, id, customerId, ...usable() },
        data: { revokedAt: clock.now() },
      });
      if (invitation === undefined)
        throw new SignetError("not_found", "This invitation is no longer pending.");
      const offer = offerOf(invitation);
      const before = { email: invitation.email, role: offer.role };
      await recordAudit(tx, actor, clock, { ...auditOf(offer, id).revoked, before, after: null });
    });
  }

  /** Takes the invitation, once, and gives what it offers to its address's account, which `prepare` makes where there is none. */
  async function give(
    { invitation, user, offer }: Awaited<ReturnType<typeof open>>,
    prepare: (tx: Prisma.TransactionClient, userId: string) => Promise<void>,
  ): Promise<void> {
    const { tenantId, id, email } = invitation;
    const userId = user?.id ?? newUuid();
    await database.withTenant(tenantId, async (tx) => {
      const { count } = await tx.invitation.updateMany({
        where: { tenantId, id, ...usable() },
        data: { acceptedAt: clock.now() },
      });
      if (count === 0) throw unusable("This invitation was used or withdrawn a moment ago.");
      if (invitation.invitedBy === null) await mustBeFirst(tx, offer, tenantId);
      await prepare(tx, userId);
      if (!(await grant(tx, clock, offer, { tenantId, userId, email })))
        throw unusable("You already have what this invitation offers; sign in instead.");
    });
    log.info({ invitationId: id, userId }, "invitation accepted");
  }

  /** Whoever invites sees the link, too; only the mail's reader has the one that a license key led to. */
  const provenBy = ({ invitedBy }: { invitedBy: string | null }) => (invitedBy === null ? clock.now() : null);

  return {
    async create(actor, { email, role }) {
      mayTouchOwner(actor, role);
      return invite(actor, email, { to: "team", customerId: null, role });
    },

    createForCustomer: (actor, customerId, { email, role }, answer) =>
      invite(actor, email, { to: "customer", customerId, role }, answer),

    async pending(actor) {
      const rows = await pending(actor, null);
      return rows.flatMap(({ offer, shown }) =>
        offer.to === "team" ? [{ ...shown, role: offer.role }] : [],
      );
    },

    async pendingForCustomer(actor, customerId) {
      const rows = await pending(actor, customerId);
      return rows.flatMap(({ offer, shown }) =>
        offer.to === "customer" ? [{ ...shown, role: offer.role }] : [],
      );
    },

    revoke: (actor, id) => revoke(actor, null, id),
    revokeForCustomer: (actor, customerId, id) => revoke(actor, customerId, id),

    preview: async (token) => previewOf(database, await open(token)),

    async accept(token, { name, password, code, ip }) {
      const opened = await open(token);
      const { user } = opened;
      const { email } = opened.invitation;
      if (byIdentity(user))
        throw new SignetError(
          "invalid_request",
          "This account has no password; continue with your identity provider.",
        );
      const known = hasPassword(user);
      if (known) await auth.prove({ email, password, code, ip });
      const passwordHash = known ? null : await hashPassword(acceptable(password));
      await give(opened, async (tx, userId) => {
        const addressProvenAt = provenBy(opened.invitation);
        if (!known)
          await setUp(tx, user === null, { id: userId, email, name, passwordHash, addressProvenAt });
      });
      return { email };
    },

    async acceptByIdentity(token, { session, proven: presented, name }) {
      const opened = await open(token);
      const { user } = opened;
      const { proven, userId: bearer } = await identities.bearer(presented);
      if (hasPassword(user) || byIdentity(user)) {
        const here = session?.identityId === undefined ? undefined : await auth.currentUser(session);
        if (bearer !== null && bearer === user?.id && here?.id === bearer)
          return give(opened, async () => {});
        throw new SignetError(
          "unauthorized",
          "This address has a Signet account already, and this identity does not open it; use its own way to sign in.",
        );
      }
      if (bearer !== null)
        throw new SignetError(
          "unauthorized",
          "This identity opens another Signet account; accept with one that does not, or with a password.",
        );
      const { email } = opened.invitation;
      // Not proved, whoever had the link: without a password an authenticator is set up by any session, and so must not outlive a reset.
      const account = { email, name, passwordHash: null, addressProvenAt: null };
      await give(opened, async (tx, userId) => {
        await setUp(tx, user === null, { id: userId, ...account });
        await connect(tx, clock.now(), userId, proven);
      });
    },
  };
}

/** Whoever came by a license's key alone is let in only while the customer has nobody: two of them do not both become managers. */
async function mustBeFirst(tx: Tx, { customerId }: Offer, tenantId: string): Promise<void> {
  await tx.$queryRaw`
    SELECT 1 FROM customer WHERE tenant_id = ${tenantId}::uuid AND id = ${customerId}::uuid FOR UPDATE`;
  const people = await tx.customerMember.count({ where: { tenantId, customerId: customerId ?? "" } });
  if (people > 0)
    throw unusable("Somebody else of your company signed up meanwhile; ask them to invite you.");
}

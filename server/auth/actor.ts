import type { UserActor } from "../domain/actor.ts";
import type { Database } from "../platform/database.ts";
import { passwordStamp } from "./passwords.ts";
import type { Sessions } from "./sessions.ts";

/** What a browser proves: whose session it is, and nothing about what they may do. */
export interface SessionClaims {
  readonly userId: string;
  /** Its row: where that is gone, the cookie opens nothing. */
  readonly sessionId: string;
  /** `passwordStamp` at sign-in. */
  readonly stamp: string;
  /** The tenant, and the customer, that the person chose to look at, where they belong to several. */
  readonly tenantId?: string | undefined;
  readonly customerId?: string | undefined;
  /** The identity that opened it, where one did: disconnecting that ends the session. */
  readonly identityId?: string | undefined;
  /** Whether the identity provider has seen a second factor, so that none is asked for here. */
  readonly secondFactor?: boolean | undefined;
}

export interface TenantSummary {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly mode: "trial" | "production";
  readonly suspended: boolean;
}

export interface SignedInUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** A member of a vendor's staff as of this request. */
export interface CurrentActor {
  readonly actor: UserActor;
  readonly user: SignedInUser;
  readonly tenant: TenantSummary;
  /** Whether the tenant asks its staff for a second factor that this person has not set up: until then nothing is allowed. */
  readonly lacksTwoFactor: boolean;
  /** Every tenant the person belongs to, for switching. */
  readonly tenants: readonly TenantSummary[];
}

/** A person of an end customer as of this request. */
export interface CurrentCustomer {
  readonly userId: string;
  readonly tenantId: string;
  readonly customerId: string;
  readonly role: "manager" | "member";
  readonly user: SignedInUser;
  readonly tenant: TenantSummary;
  readonly customerName: string;
  readonly branding: Branding;
  /** Whether they may belong to another customer too, and whether they chose this one then. */
  readonly hasSeveral: boolean;
  readonly isChosen: boolean;
}

/** How a vendor's customers see it. */
export interface Branding {
  /** `#rrggbb`; null: Signet's own colour. */
  readonly accent: string | null;
  /** Where they write to; null: nowhere is named. */
  readonly supportEmail: string | null;
}

/** A vendor as somebody sees it who is not signed in there. */
export interface Vendor extends Branding {
  readonly name: string;
}

export function facing({ name, accent, supportEmail }: Vendor): Vendor {
  return { name, accent, supportEmail };
}

const TENANT = {
  id: true,
  name: true,
  slug: true,
  mode: true,
  suspendedAt: true,
  twoFactorRequired: true,
} as const;

/** What is needed to ask whose a session is. */
export interface Deps {
  readonly database: Database;
  readonly sessions: Pick<Sessions, "open" | "seen">;
}

/** The session itself, and which identities could have opened it. */
const proofOf = ({ sessionId }: SessionClaims, { sessions }: Deps) => ({
  identities: { select: { id: true } },
  sessions: sessions.open(sessionId),
});

/** Whose session it is as of now, whatever they are in whichever tenant, or in none. */
export async function currentUser(
  session: SessionClaims | undefined,
  deps: Deps,
): Promise<SignedInUser | undefined> {
  if (session === undefined) return undefined;
  const { database } = deps;
  const user = await database.prisma.user.findUnique({
    where: { id: session.userId },
    include: proofOf(session, deps),
  });
  const open = user === null ? undefined : openSession(user, session);
  if (user === null || open === undefined) return undefined;
  await deps.sessions.seen(open);
  return { id: user.id, name: user.name, email: user.email };
}

/**
 * Who the session's person is in the tenant they look at, read from the database now: a membership that was removed,
 * or a password changed since, gives undefined.
 */
export async function currentActor(
  session: SessionClaims | undefined,
  deps: Deps,
): Promise<CurrentActor | undefined> {
  if (session === undefined) return undefined;
  const user = await deps.database.prisma.user.findUnique({
    where: { id: session.userId },
    include: {
      memberships: { orderBy: { createdAt: "asc" }, include: { tenant: { select: TENANT } } },
      twoFactor: { select: { confirmedAt: true } },
      ...proofOf(session, deps),
    },
  });
  const open = user === null ? undefined : openSession(user, session);
  if (user === null || open === undefined) return undefined;
  await deps.sessions.seen(open);
  const membership =
    user.memberships.find(({ tenantId }) => tenantId === session.tenantId) ?? user.memberships.at(0);
  if (membership === undefined) return undefined;
  return {
    actor: { kind: "user", userId: user.id, tenantId: membership.tenantId, role: membership.role },
    user: { id: user.id, name: user.name, email: user.email },
    tenant: summary(membership.tenant),
    lacksTwoFactor:
      membership.tenant.twoFactorRequired && user.twoFactor?.confirmedAt == null && !session.secondFactor,
    tenants: user.memberships.map(({ tenant }) => summary(tenant)),
  };
}

/** The same for a person of an end customer. */
export async function currentCustomer(
  session: SessionClaims | undefined,
  deps: Deps,
): Promise<CurrentCustomer | undefined> {
  if (session === undefined) return undefined;
  const { database } = deps;
  const user = await database.prisma.user.findUnique({
    where: { id: session.userId },
    include: proofOf(session, deps),
  });
  const open = user === null ? undefined : openSession(user, session);
  if (user === null || open === undefined) return undefined;
  await deps.sessions.seen(open);
  const memberships = await customerMemberships(user.id, database);
  const isChosen = ({ customerId }: { customerId: string }) => customerId === session.customerId;
  const chosenFirst = memberships.toSorted((one, other) => Number(isChosen(other)) - Number(isChosen(one)));
  for (const { tenantId, customerId, role } of chosenFirst) {
    const customer = await database.withTenant(tenantId, (tx) =>
      tx.customer.findUnique({
        where: { tenantId_id: { tenantId, id: customerId } },
        select: {
          name: true,
          archivedAt: true,
          tenant: { select: { ...TENANT, accent: true, supportEmail: true } },
        },
      }),
    );
    // An archived customer lets its people in no more, but bars nobody from another that they belong to.
    if (customer === null || customer.archivedAt !== null) continue;
    return {
      userId: user.id,
      tenantId,
      customerId,
      role,
      user: { id: user.id, name: user.name, email: user.email },
      tenant: summary(customer.tenant),
      customerName: customer.name,
      branding: { accent: customer.tenant.accent, supportEmail: customer.tenant.supportEmail },
      hasSeveral: memberships.length > 1,
      isChosen: isChosen({ customerId }),
    };
  }
  return undefined;
}

/** All of a person's memberships with customers, of whichever vendor, longest-standing first. */
export async function customerMemberships(userId: string, database: Database) {
  return database.prisma.$transaction(async (tx) => {
    // The row-level policy of customer_member lets a person see their own rows before a tenant is known.
    await tx.$executeRaw`SELECT set_config('signet.user_id', ${userId}, true)`;
    return tx.customerMember.findMany({ where: { userId }, orderBy: { createdAt: "asc" } });
  });
}

interface Proven {
  readonly passwordHash: string | null;
  readonly identities: readonly { readonly id: string }[];
  readonly sessions: readonly { readonly id: string; readonly lastSeenAt: Date }[];
}

/** The session's row, while it opens anything. */
function openSession(user: Proven, { stamp, identityId }: SessionClaims) {
  if (passwordStamp(user.passwordHash) !== stamp) return undefined;
  const hasWayIn =
    identityId === undefined
      ? user.passwordHash !== null
      : user.identities.some(({ id }) => id === identityId);
  return hasWayIn ? user.sessions.at(0) : undefined;
}

function summary(tenant: {
  id: string;
  name: string;
  slug: string;
  mode: "trial" | "production";
  suspendedAt: Date | null;
}): TenantSummary {
  const { id, name, slug, mode, suspendedAt } = tenant;
  return { id, name, slug, mode, suspended: suspendedAt !== null };
}

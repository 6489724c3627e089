import { createAnalytics } from "#server/analytics/service.ts";
import { createAccessByMail } from "#server/auth/access-by-mail.ts";
import { createAccount } from "#server/auth/account.ts";
import { createAccountLog } from "#server/auth/account-log.ts";
import { createCustomerPeople } from "#server/auth/customer-people.ts";
import { createIdentities } from "#server/auth/identities.ts";
import { createInvitations } from "#server/auth/invitations.ts";
import { createJoinRequests } from "#server/auth/join-requests.ts";
import { createKeySignUp } from "#server/auth/key-sign-up.ts";
import {
  createAskLimiter,
  createInviteLimiter,
  createSignInLimiter,
  type SignInLimits,
} from "#server/auth/limiter.ts";
import { createMailLinks } from "#server/auth/mail-links.ts";
import { createMailPreferences } from "#server/auth/mail-preferences.ts";
import { createMembers } from "#server/auth/members.ts";
import { hashPassword } from "#server/auth/passwords.ts";
import { createSessions } from "#server/auth/sessions.ts";
import { createAuth } from "#server/auth/sign-in.ts";
import { createSignUp } from "#server/auth/sign-up.ts";
import { createTwoFactor } from "#server/auth/two-factor.ts";
import { createUnsubscribing } from "#server/auth/unsubscribing.ts";
import { createIncidents } from "#server/authority/incident-service.ts";
import type { Role, UserActor } from "#server/domain/actor.ts";
import { createLab } from "#server/lab/service.ts";
import { createHealth } from "#server/operations/health-service.ts";
import { createPortalMetrics } from "#server/operations/portal-metrics.ts";
import { createAnnouncer, LAB_RUNS } from "#server/platform/announcer.ts";
import { newUuid } from "#server/platform/ids.ts";
import { createListener } from "#server/platform/listener.ts";
import { createLogger } from "#server/platform/log.ts";
import { localKeyWrapper } from "#server/platform/master-key.ts";
import { type Authority, createAuthority, createVendor } from "./authority.ts";
import { type Runtime, TEST_MASTER_KEY } from "./fixtures.ts";

export const PASSWORD = "correct horse battery staple";

export type People = ReturnType<typeof createPeople>;

/** Everything the portal's procedures call, on a real database. */
export function createPeople(appUrl: string, limits?: SignInLimits, runtime?: Runtime) {
  const authority = createAuthority(appUrl, runtime);
  const { database, clock, mails } = authority;
  const log = createLogger({ level: "silent", name: "test" });
  const limiter = createSignInLimiter(database.pool, limits);
  const keyWrapper = localKeyWrapper(TEST_MASTER_KEY);
  const twoFactor = createTwoFactor({ database, clock, log, keyWrapper, limiter });
  const sessions = createSessions({ database, clock });
  const auth = createAuth({ database, log, limiter, twoFactor, sessions });
  const identities = createIdentities({ database, clock, log, auth, twoFactor, sessions });
  const members = createMembers({ database, clock, log });
  const inviteLimiter = createInviteLimiter(database.pool);
  const invitations = createInvitations({ database, clock, log, auth, identities, mails, inviteLimiter });
  const mailPreferences = createMailPreferences({ database, clock });
  const links = createMailLinks({ database, clock });
  const byMail = { database, clock, log, mails, links, askLimiter: createAskLimiter(database.pool) };
  const labChannel = () => ({
    announcer: createAnnouncer({ pool: database.pool, channel: LAB_RUNS, log }),
    listener: createListener({ url: appUrl, channel: LAB_RUNS, log }),
  });
  const lab = createLab({ ...authority, auth, log, channel: labChannel, server: NO_SERVER });
  return {
    ...authority,
    log,
    auth,
    health: createHealth({ database, clock }),
    portalMetrics: createPortalMetrics({ clock }),
    account: createAccount({ database, clock, log, limiter, links }),
    accessByMail: createAccessByMail({ ...byMail, limiter, twoFactor, sessions }),
    signUp: createSignUp({ ...byMail, tenants: authority.tenants, isOpen: true }),
    identities,
    sessions,
    accountLog: createAccountLog({ database }),
    oidc: { name: "Acme" },
    twoFactor,
    mailPreferences,
    unsubscribing: createUnsubscribing({ ...authority, mailPreferences }),
    members,
    invitations,
    incidents: createIncidents({ database, clock }),
    keySignUp: createKeySignUp({ ...byMail, vault: authority.vault, answerAfterMs: 0 }),
    joinRequests: createJoinRequests({ database, clock, invitations, mails }),
    customerPeople: createCustomerPeople({ database, clock }),
    lab,
    labChannel,
    analytics: createAnalytics({ database, clock }),
  };
}

/** A LicenseServer that is not there: for who wants one, the lab is made with another. */
const NO_SERVER = "http://127.0.0.1:9";

/** A tenant with one person in each of the roles, all of whom sign in with `PASSWORD`. */
export async function createTeam(people: Authority, ...roles: Role[]) {
  const { tenantId, actor: owner, userId } = await createVendor(people);
  const passwordHash = await hashPassword(PASSWORD);
  await people.database.prisma.user.update({ where: { id: userId }, data: { passwordHash } });
  const join = async (role: Role): Promise<UserActor & { email: string }> => {
    const id = newUuid();
    const email = `${role}-${id}@example.com`;
    await people.database.prisma.user.create({ data: { id, email, name: `An ${role}`, passwordHash } });
    await people.database.prisma.membership.create({ data: { tenantId, userId: id, role } });
    return { kind: "user", userId: id, tenantId, role, email };
  };
  const joined = [];
  for (const role of roles) joined.push(await join(role));
  return { tenantId, owner, joined, join };
}

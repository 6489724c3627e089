import { createAccessByMail } from "../auth/access-by-mail.ts";
import { createAccount } from "../auth/account.ts";
import { createAccountLog } from "../auth/account-log.ts";
import { createCustomerPeople } from "../auth/customer-people.ts";
import { createIdentities } from "../auth/identities.ts";
import { createInvitations } from "../auth/invitations.ts";
import { createJoinRequests } from "../auth/join-requests.ts";
import { createKeySignUp } from "../auth/key-sign-up.ts";
import { createAskLimiter, createInviteLimiter, createSignInLimiter } from "../auth/limiter.ts";
import { createMailLinks } from "../auth/mail-links.ts";
import { createMembers } from "../auth/members.ts";
import { createOidcProvider } from "../auth/oidc-provider.ts";
import { createSessions } from "../auth/sessions.ts";
import { createAuth } from "../auth/sign-in.ts";
import { createSignUp } from "../auth/sign-up.ts";
import { createTwoFactor } from "../auth/two-factor.ts";
import { createUnsubscribing } from "../auth/unsubscribing.ts";
import type { Control } from "./control.ts";
import type { Foundation } from "./foundation.ts";
import type { Outgoing } from "./outgoing.ts";

export type People = ReturnType<typeof createPeople>;

/** Who somebody is, how they get in, and where they belong. */
export function createPeople(
  { env, clock, log, database, keyWrapper, vault }: Foundation,
  { mails, mailPreferences }: Outgoing,
  { tenants }: Control,
) {
  const limiter = createSignInLimiter(database.pool);
  const twoFactor = createTwoFactor({ database, clock, log, keyWrapper, limiter });
  const sessions = createSessions({ database, clock });
  const auth = createAuth({ database, log, limiter, twoFactor, sessions });
  const links = createMailLinks({ database, clock });
  const identities = createIdentities({ database, clock, log, auth, twoFactor, sessions });
  const inviteLimiter = createInviteLimiter(database.pool);
  const invitations = createInvitations({ database, clock, log, auth, identities, mails, inviteLimiter });
  const askLimiter = createAskLimiter(database.pool);
  const byMail = { database, clock, log, mails, links, askLimiter };
  return {
    limiter,
    twoFactor,
    auth,
    identities,
    sessions,
    accountLog: createAccountLog({ database }),
    oidc: env.OIDC && createOidcProvider({ settings: env.OIDC, clock, log }),
    account: createAccount({ database, clock, log, limiter, links }),
    accessByMail: createAccessByMail({ ...byMail, limiter, twoFactor, sessions }),
    unsubscribing: createUnsubscribing({ database, vault, mailPreferences }),
    signUp: createSignUp({ ...byMail, tenants, isOpen: env.SIGN_UP === "open" }),
    keySignUp: createKeySignUp({ ...byMail, vault }),
    members: createMembers({ database, clock, log }),
    invitations,
    joinRequests: createJoinRequests({ database, clock, invitations, mails }),
    customerPeople: createCustomerPeople({ database, clock }),
  };
}

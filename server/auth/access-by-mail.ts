import { SignetError } from "../domain/errors.ts";
import { INSTALLATION } from "../domain/installation.ts";
import type { Mails } from "../mail/mails.ts";
import { PASSWORD_RESET_MINUTES, SIGN_IN_MINUTES } from "../mail/templates/account.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { Logger } from "../platform/log.ts";
import type { SessionClaims } from "./actor.ts";
import { byIdentity, hasPassword } from "./invitee.ts";
import type { AskLimiter, SignInLimiter } from "./limiter.ts";
import type { MailLinks } from "./mail-links.ts";
import { hashPassword, passwordStamp } from "./passwords.ts";
import { normalEmail } from "./sign-in.ts";
import type { TwoFactor } from "./two-factor.ts";

interface Asked {
  readonly email: string;
  readonly ip: string;
}

type Kind = "password_reset" | "sign_in";

/** Undoes what was written for an address that nobody has. */
class Unknown extends Error {}

export type AccessByMail = ReturnType<typeof createAccessByMail>;

/**
 * Ways back into an account by proving its address: a new password, or a link that signs in. Asking tells nobody whether an
 * address has an account: the same is done for one that has none, and then undone.
 */
export function createAccessByMail(deps: {
  database: Database;
  clock: Clock;
  log: Logger;
  mails: Mails;
  links: MailLinks;
  limiter: SignInLimiter;
  askLimiter: AskLimiter;
  twoFactor: Pick<TwoFactor, "challenge">;
}) {
  const { database, clock, log, mails, links, limiter, askLimiter, twoFactor } = deps;

  async function send(
    { email: typed, ip }: Asked,
    kind: Kind,
    template: "password-reset" | "sign-in",
    minutes: number,
  ): Promise<void> {
    const email = normalEmail(typed);
    await askLimiter.asked(email, ip);
    const user = await find(email);
    const sending = database.withTenant(INSTALLATION, async (tx) => {
      const { id, token } = await links.issue(tx, { kind, email, minutes });
      const about = { tenantId: INSTALLATION, to: email, dedupeKey: `${template}/${id}` };
      await mails.enqueue(tx, { ...about, template, payload: { token } });
      if (user === null || !opensTo(kind, user)) throw new Unknown();
    });
    await sending.catch((error: unknown) => {
      if (!(error instanceof Unknown)) throw error;
    });
    log.info({ kind, userId: user?.id }, "link asked for by mail");
  }

  function find(email: string) {
    return database.prisma.user.findUnique({
      where: { email },
      include: { identities: { select: { id: true } } },
    });
  }

  /** The account that a link is for. */
  async function holder(kind: Kind, email: string) {
    const user = await find(email);
    if (user === null || !opensTo(kind, user))
      throw new SignetError("not_found", "The account of this link is there no more.");
    return user;
  }

  return {
    /** Throws nothing but `rate_limited`. */
    requestPasswordReset: (asked: Asked) =>
      send(asked, "password_reset", "password-reset", PASSWORD_RESET_MINUTES),

    /** Throws nothing but `rate_limited`. */
    requestSignIn: (asked: Asked) => send(asked, "sign_in", "sign-in", SIGN_IN_MINUTES),

    /** Whom a link is for. Throws `not_found`, with a sentence saying why, when it cannot be used. */
    async look(kind: Kind, token: string): Promise<{ readonly email: string }> {
      const { email } = await links.look(kind, token);
      return { email };
    },

    /**
     * Replaces the password, and so ends every session; signing in asks for a second factor as ever. Whoever had the account before
     * may not be the address's owner: so every identity is disconnected, and every other link into it ends. Throws `not_found` for
     * a link that cannot be used.
     */
    async resetPassword(token: string, password: string, ip: string): Promise<{ readonly email: string }> {
      const { email } = await links.look("password_reset", token);
      const user = await holder("password_reset", email);
      const passwordHash = await hashPassword(password);
      await database.withTenant(INSTALLATION, async (tx) => {
        const { id } = await links.take(tx, "password_reset", token);
        await tx.user.update({ where: { id: user.id }, data: { passwordHash } });
        const { count: disconnected } = await tx.userIdentity.deleteMany({ where: { userId: user.id } });
        await links.endWaysIn(tx, email);
        const at = new Intl.DateTimeFormat("en-GB", {
          dateStyle: "long",
          timeStyle: "short",
          timeZone: "UTC",
        });
        await mails.enqueue(tx, {
          tenantId: INSTALLATION,
          template: "password-changed",
          payload: { at: `${at.format(clock.now())} UTC`, disconnected },
          to: email,
          dedupeKey: `password-changed/${id}`,
        });
      });
      await limiter.succeeded(email, ip);
      log.info({ userId: user.id }, "password reset by mail");
      return { email };
    },

    /**
     * Signs in whoever has the link, and a second factor where one is set up: only with both is the link used up. Throws
     * `not_found`, `unauthorized` or `rate_limited`.
     */
    async signIn({
      token,
      code,
      ip,
    }: {
      readonly token: string;
      readonly code: string | undefined;
      readonly ip: string;
    }): Promise<SessionClaims & { name: string; email: string }> {
      const counter = `mail-link/${token}`;
      await limiter.attempt(counter, ip);
      const { email } = await links.look("sign_in", token);
      const user = await holder("sign_in", email);
      await twoFactor.challenge(user.id, code, ip);
      await database.prisma.$transaction((tx) => links.take(tx, "sign_in", token));
      await limiter.succeeded(counter, ip);
      log.info({ userId: user.id, ip }, "signed in by a mailed link");
      return { userId: user.id, stamp: passwordStamp(user.passwordHash), name: user.name, email };
    },
  };
}

/**
 * A link signs in where a password does. A new password is there also for an account that only identities open: whoever
 * connected them may not be the address's owner, who else could never have it.
 */
function opensTo(kind: Kind, user: Parameters<typeof byIdentity>[0]): boolean {
  return hasPassword(user) || (kind === "password_reset" && byIdentity(user));
}

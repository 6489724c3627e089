import { SignetError } from "../domain/errors.ts";
import { INSTALLATION } from "../domain/installation.ts";
import type { Mails } from "../mail/mails.ts";
import { PASSWORD_RESET_MINUTES, SIGN_IN_MINUTES } from "../mail/templates/account.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { Logger } from "../platform/log.ts";
import { noteAccountEvent } from "./account-log.ts";
import type { SessionClaims } from "./actor.ts";
import { byIdentity, hasPassword } from "./invitee.ts";
import type { AskLimiter, SignInLimiter } from "./limiter.ts";
import type { MailLinks } from "./mail-links.ts";
import { hashPassword, passwordStamp } from "./passwords.ts";
import { endSessions, type Sessions, type Whence } from "./sessions.ts";
import { normalEmail } from "./sign-in.ts";
import { removeTwoFactor, type TwoFactor } from "./two-factor.ts";

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
  sessions: Pick<Sessions, "begin">;
}) {
  const { database, clock, log, mails, links, limiter, askLimiter, twoFactor, sessions } = deps;

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
     * Replaces the password, and ends every session. Whoever had the account before may not be the address's owner: so every identity
     * is disconnected, every other link into it ends, and an authenticator goes that was set up before the address was proved. One
     * set up since is asked for as ever. Throws `not_found` for a link that cannot be used.
     */
    async resetPassword(token: string, password: string, ip: string): Promise<{ readonly email: string }> {
      const { email } = await links.look("password_reset", token);
      const user = await holder("password_reset", email);
      const passwordHash = await hashPassword(password);
      await database.withTenant(INSTALLATION, async (tx) => {
        const { id } = await links.take(tx, "password_reset", token);
        const userId = user.id;
        const { addressProvenAt } = await tx.user.update({ where: { id: userId }, data: { passwordHash } });
        const { count: disconnected } = await tx.userIdentity.deleteMany({ where: { userId } });
        await links.endWaysIn(tx, email);
        await endSessions(tx, { userId });
        const now = clock.now();
        await noteAccountEvent(tx, now, { userId, kind: "password_reset" });
        const unproven = addressProvenAt === null;
        const authenticatorRemoved = unproven && (await removeTwoFactor(tx, userId));
        if (unproven) await tx.user.update({ where: { id: userId }, data: { addressProvenAt: now } });
        if (authenticatorRemoved) await noteAccountEvent(tx, now, { userId, kind: "two_factor_removed" });
        const at = new Intl.DateTimeFormat("en-GB", {
          dateStyle: "long",
          timeStyle: "short",
          timeZone: "UTC",
        });
        await mails.enqueue(tx, {
          tenantId: INSTALLATION,
          template: "password-changed",
          payload: { at: `${at.format(now)} UTC`, disconnected, authenticatorRemoved },
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
      ...whence
    }: Whence & {
      readonly token: string;
      readonly code: string | undefined;
    }): Promise<SessionClaims & { name: string; email: string }> {
      const { ip } = whence;
      const counter = `mail-link/${token}`;
      await limiter.attempt(counter, ip);
      const { email } = await links.look("sign_in", token);
      const user = await holder("sign_in", email);
      const { proved } = await twoFactor.challenge(user.id, code, ip);
      await database.prisma.$transaction(async (tx) => {
        await links.take(tx, "sign_in", token);
        // Mailbox and authenticator are one person's; a password alone, which somebody else may have set, says nothing of that.
        if (proved)
          await tx.user.updateMany({
            where: { id: user.id, addressProvenAt: null },
            data: { addressProvenAt: clock.now() },
          });
      });
      await limiter.succeeded(counter, ip);
      log.info({ userId: user.id, ip }, "signed in by a mailed link");
      const sessionId = await sessions.begin(user.id, whence);
      const stamp = passwordStamp(user.passwordHash);
      return { userId: user.id, sessionId, stamp, name: user.name, email };
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

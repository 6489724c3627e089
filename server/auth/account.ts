import { invalidField, SignetError } from "../domain/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { Logger } from "../platform/log.ts";
import { noteAccountEvent } from "./account-log.ts";
import type { SignInLimiter } from "./limiter.ts";
import type { MailLinks } from "./mail-links.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { endSessions } from "./sessions.ts";

export type Account = ReturnType<typeof createAccount>;

/** A person's own account, whatever they are in whichever tenant. */
export function createAccount(deps: {
  database: Database;
  clock: Clock;
  log: Logger;
  limiter: SignInLimiter;
  links: Pick<MailLinks, "endWaysIn">;
}) {
  const { database, clock, log, limiter, links } = deps;
  return {
    /**
     * Ends every session, also the one that asks, and every mailed link into the account. Throws `invalid_request` for a wrong present password, `rate_limited` after
     * too many of them.
     */
    async changePassword(
      user: { readonly id: string; readonly email: string },
      { current, next, ip }: { readonly current: string; readonly next: string; readonly ip: string },
    ): Promise<void> {
      await limiter.attempt(user.email, ip);
      const stored = await database.prisma.user.findUnique({ where: { id: user.id } });
      if (!(await verifyPassword(stored?.passwordHash, current)))
        throw invalidField("/current", "This is not your present password.");
      const passwordHash = await hashPassword(next);
      await database.prisma.$transaction(async (tx) => {
        const { count } = await tx.user.updateMany({
          where: { id: user.id, passwordHash: stored?.passwordHash ?? null },
          data: { passwordHash },
        });
        if (count === 0)
          throw new SignetError("invalid_request", "The password was changed a moment ago elsewhere.");
        await links.endWaysIn(tx, user.email);
        await endSessions(tx, { userId: user.id });
        await noteAccountEvent(tx, clock.now(), { userId: user.id, kind: "password_changed" });
      });
      await limiter.succeeded(user.email, ip);
      log.info({ userId: user.id }, "password changed");
    },
  };
}

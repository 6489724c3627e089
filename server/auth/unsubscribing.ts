import { SignetError } from "../domain/errors.ts";
import type { MailKind } from "../domain/mail-kinds.ts";
import { readUnsubscribeToken } from "../mail/unsubscribe.ts";
import type { Database } from "../platform/database.ts";
import type { MailPreferences } from "./mail-preferences.ts";

export type Unsubscribing = ReturnType<typeof createUnsubscribing>;

/** Turns mails off by the link at their foot: whoever has it got the mail, and it can do nothing else. */
export function createUnsubscribing(deps: {
  database: Database;
  vault: Parameters<typeof readUnsubscribeToken>[0];
  mailPreferences: Pick<MailPreferences, "set">;
}) {
  const { database, vault, mailPreferences } = deps;

  async function read(token: string) {
    const claim = await readUnsubscribeToken(vault, token);
    if (claim === undefined)
      throw new SignetError("not_found", "This link is not valid; check that it was copied whole.");
    return claim;
  }

  return {
    /** Which mails a link turns off, and whose. Throws `not_found` for one that is not ours. */
    async look(token: string): Promise<{ readonly vendor: string; readonly kind: MailKind }> {
      const { tenantId, kind } = await read(token);
      const { name } = await database.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } });
      return { vendor: name, kind };
    },

    /** Doing it twice changes nothing more. */
    async turnOff(token: string): Promise<void> {
      const { kind, ...person } = await read(token);
      await mailPreferences.set(person, kind, false);
    },
  };
}

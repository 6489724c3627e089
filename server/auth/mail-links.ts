import { createHash } from "node:crypto";
import type { MailLink, MailLinkKind } from "#prisma/generated/client.ts";
import type { Tx } from "../authority/ports.ts";
import { SignetError } from "../domain/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid, randomSecret } from "../platform/ids.ts";

const MINUTE_MS = 60_000;
/** Used and expired ones are kept for so long, so that whoever opens one late is told why it does not work. */
const KEPT_MS = 7 * 24 * 60 * MINUTE_MS;

export type MailLinks = ReturnType<typeof createMailLinks>;

/** Links that prove an address by having been mailed to it. Each opens once; only a hash of it is kept. */
export function createMailLinks({ database, clock }: { database: Database; clock: Clock }) {
  function explain(link: MailLink | null): MailLink {
    if (link === null) throw refused("This link is not valid; check that it was copied whole.");
    if (link.usedAt !== null) throw refused("This link was used already.");
    if (link.expiresAt <= clock.now()) throw refused("This link has expired; ask for a new one.");
    return link;
  }

  return {
    /** A new link's token, which is kept nowhere. */
    async issue(
      tx: Tx,
      {
        kind,
        email,
        minutes,
        said = {},
      }: {
        readonly kind: MailLinkKind;
        readonly email: string;
        readonly minutes: number;
        readonly said?: Readonly<Record<string, string>>;
      },
    ): Promise<{ readonly id: string; readonly token: string }> {
      const now = clock.now();
      const id = newUuid();
      const token = randomSecret(32);
      const expiresAt = new Date(now.getTime() + minutes * MINUTE_MS);
      await tx.mailLink.deleteMany({ where: { expiresAt: { lt: new Date(now.getTime() - KEPT_MS) } } });
      await tx.mailLink.create({
        data: { id, kind, email, tokenHash: hashOf(token), said: { ...said }, createdAt: now, expiresAt },
      });
      return { id, token };
    },

    /** What a link is for, unused. Throws `not_found`, with a sentence saying why, when it cannot be used. */
    async look(kind: MailLinkKind, token: string): Promise<MailLink> {
      return explain(
        await database.prisma.mailLink.findUnique({ where: { tokenHash: hashOf(token), kind } }),
      );
    },

    /**
     * Uses it up: of any number of tries at once, one gets it. The others of its kind for the address are used up with it, but
     * for a customer's, which may be another vendor's.
     */
    async take(tx: Tx, kind: MailLinkKind, token: string): Promise<MailLink> {
      const usable = { kind, usedAt: null, expiresAt: { gt: clock.now() } };
      const [link] = await tx.mailLink.updateManyAndReturn({
        where: { tokenHash: hashOf(token), ...usable },
        data: { usedAt: clock.now() },
      });
      if (link === undefined) {
        explain(await tx.mailLink.findUnique({ where: { tokenHash: hashOf(token), kind } }));
        throw refused("This link was used a moment ago.");
      }
      if (kind !== "customer_sign_up") {
        await tx.mailLink.updateMany({
          where: { email: link.email, ...usable },
          data: { usedAt: clock.now() },
        });
      }
      return link;
    },

    /** Uses up those that open the address's account. */
    async endWaysIn(tx: Pick<Tx, "mailLink">, email: string): Promise<void> {
      await tx.mailLink.updateMany({
        where: { email, kind: { in: ["password_reset", "sign_in"] }, usedAt: null },
        data: { usedAt: clock.now() },
      });
    },
  };
}

function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(token).digest());
}

function refused(sentence: string): SignetError {
  return new SignetError("not_found", sentence);
}

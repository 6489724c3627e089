import { z } from "zod";
import type { Tenants } from "../authority/tenant-service.ts";
import { SignetError } from "../domain/errors.ts";
import { INSTALLATION } from "../domain/installation.ts";
import { trialLimits } from "../domain/trial.ts";
import type { Mails } from "../mail/mails.ts";
import { SIGN_UP_MINUTES } from "../mail/templates/account.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid, randomSecret } from "../platform/ids.ts";
import type { Logger } from "../platform/log.ts";
import type { AskLimiter } from "./limiter.ts";
import type { MailLinks } from "./mail-links.ts";
import { hashPassword } from "./passwords.ts";
import { normalEmail } from "./sign-in.ts";

const SLUG_LENGTH_MAX = 40;
const SLUGS_TRIED = 3;

const said = z.object({ name: z.string(), company: z.string() });

export type SignUp = ReturnType<typeof createSignUp>;

/** How a stranger becomes a vendor: by proving an address, they get an account and a trial tenant of their own. */
export function createSignUp(deps: {
  database: Database;
  clock: Clock;
  log: Logger;
  tenants: Pick<Tenants, "createWith">;
  mails: Mails;
  links: MailLinks;
  askLimiter: AskLimiter;
  /** Whether this installation takes strangers in. */
  isOpen: boolean;
}) {
  const { database, clock, log, tenants, mails, links, askLimiter, isOpen } = deps;

  function mustBeOpen(): void {
    if (!isOpen)
      throw new SignetError(
        "forbidden",
        "Nobody can sign up here by themselves; ask whoever runs this server.",
      );
  }

  return {
    isOpen,

    /** Sends a link to the address, or, where it has an account, a mail that says so. Throws `rate_limited`, `forbidden`. */
    async request({
      email: typed,
      name,
      company,
      ip,
    }: {
      readonly email: string;
      readonly name: string;
      readonly company: string;
      readonly ip: string;
    }): Promise<void> {
      mustBeOpen();
      const email = normalEmail(typed);
      await askLimiter.asked(email, ip);
      const isKnown = (await database.prisma.user.findUnique({ where: { email } })) !== null;
      await database.withTenant(INSTALLATION, async (tx) => {
        const minutes = SIGN_UP_MINUTES;
        const { id, token } = await links.issue(tx, {
          kind: "sign_up",
          email,
          minutes,
          said: { name, company },
        });
        const about = { tenantId: INSTALLATION, to: email, dedupeKey: `sign-up/${id}` };
        if (isKnown) await mails.enqueue(tx, { ...about, template: "sign-up-known", payload: {} });
        else await mails.enqueue(tx, { ...about, template: "sign-up", payload: { name, company, token } });
      });
      log.info({ isKnown }, "sign-up asked for");
    },

    /** What was said when the link was asked for. Throws `not_found`, with a sentence saying why, when it cannot be used. */
    async look(token: string): Promise<{ readonly email: string; readonly company: string }> {
      const link = await links.look("sign_up", token);
      return { email: link.email, company: said.parse(link.said).company };
    },

    /**
     * Makes the account and its trial tenant: all of it or nothing, and of any number of tries at once, once. Answers the
     * address to sign in with. Throws `not_found` for a link that cannot be used, `invalid_request` where the address has an
     * account by now.
     */
    async complete(
      token: string,
      password: string,
    ): Promise<{ readonly email: string; readonly slug: string }> {
      mustBeOpen();
      const link = await links.look("sign_up", token);
      const { email } = link;
      const { name, company } = said.parse(link.said);
      const passwordHash = await hashPassword(password);
      const userId = newUuid();
      const now = clock.now();
      const limits = trialLimits(now);
      const founding = { name: company, mode: "trial", ownerUserId: userId, ...limits } as const;
      for (let tried = 1; ; tried++) {
        const slug = tried === 1 ? await freeSlug(database, company) : randomSlug(company);
        try {
          const tenant = await tenants.createWith({ ...founding, slug }, async (tx) => {
            await links.take(tx, "sign_up", token);
            const { count } = await tx.user.createMany({
              data: { id: userId, email, name, passwordHash, createdAt: now, addressProvenAt: now },
              skipDuplicates: true,
            });
            if (count === 0)
              throw new SignetError(
                "invalid_request",
                "This address has an account by now; sign in with it.",
              );
          });
          log.info({ userId, tenantId: tenant.id }, "signed up");
          return { email, slug: tenant.slug };
        } catch (error) {
          if (!isAboutSlug(error) || tried === SLUGS_TRIED) throw error;
        }
      }
    },
  };
}

/** The company's name as an address; where others have it, with a number behind it. */
async function freeSlug(database: Database, company: string): Promise<string> {
  const base = slugOf(company);
  const candidates = [base, ...Array.from({ length: 8 }, (_, index) => `${base}-${index + 2}`)];
  const taken = await database.prisma.tenant.findMany({
    where: { slug: { in: candidates } },
    select: { slug: true },
  });
  return candidates.find((slug) => !taken.some((tenant) => tenant.slug === slug)) ?? randomSlug(company);
}

/** Where others take the same names at this moment, one that they will not. */
function randomSlug(company: string): string {
  return `${slugOf(company)}-${Buffer.from(randomSecret(3), "base64url").toString("hex")}`;
}

function slugOf(company: string): string {
  const words = company
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, SLUG_LENGTH_MAX)
    .replaceAll(/^-+|-+$/g, "");
  return words === "" ? "trial" : words;
}

/** Somebody else took it between the look and the deed. */
function isAboutSlug(error: unknown): boolean {
  return error instanceof SignetError && error.errors.some(({ pointer }) => pointer === "/slug");
}

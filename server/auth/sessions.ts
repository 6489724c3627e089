import type { Prisma } from "#prisma/generated/client.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";

/** Membership is checked at every request anyway: this bounds how long a lost laptop that nobody uses stays signed in. */
const IDLE_MS = 7 * 24 * 60 * 60_000;
/** This bounds how long one does that is used, by whoever copied its cookie. The cookie lives as long, so that its row alone decides. */
export const SESSION_SECONDS = 30 * 24 * 60 * 60;
/** How exactly it is known when a session was last used: at most one write for each in that time. */
const SEEN_MS = 5 * 60_000;
const USER_AGENT_MAX = 300;

/** Where somebody signs in from. */
export interface Whence {
  readonly ip: string;
  readonly userAgent?: string | undefined;
}

interface OpenSession {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly network: string;
  readonly userAgent: string;
}

export type Sessions = ReturnType<typeof createSessions>;

/**
 * Where people are signed in: a row for each browser, which the cookie names. Without its row a cookie opens nothing, wherever it was
 * copied to.
 */
export function createSessions({ database, clock }: { database: Database; clock: Clock }) {
  const sessions = database.prisma.userSession;
  const before = (ms: number) => new Date(clock.now().getTime() - ms);
  const alive = () => ({
    lastSeenAt: { gt: before(IDLE_MS) },
    createdAt: { gt: before(SESSION_SECONDS * 1000) },
  });

  return {
    /** A new session's id. */
    async begin(userId: string, { ip, userAgent = "" }: Whence, identityId?: string): Promise<string> {
      const [id, now] = [newUuid(), clock.now()];
      await sessions.create({
        data: {
          ...{ id, userId, identityId: identityId ?? null },
          ...{ network: networkOf(ip), userAgent: userAgent.slice(0, USER_AGENT_MAX) },
          ...{ createdAt: now, lastSeenAt: now },
        },
      });
      return id;
    },

    /** What is read with a person, to know whether their session is open. */
    open: (id: string) => ({ where: { id, ...alive() }, select: { id: true, lastSeenAt: true } }),

    /** Notes that it is in use, if that was not noted just now. */
    async seen({ id, lastSeenAt }: { readonly id: string; readonly lastSeenAt: Date }): Promise<void> {
      const long = before(SEEN_MS);
      if (lastSeenAt > long) return;
      await sessions.updateMany({
        where: { id, lastSeenAt: { lte: long } },
        data: { lastSeenAt: clock.now() },
      });
    },

    /** Last used first. */
    async list(userId: string, currentId: string | undefined): Promise<OpenSession[]> {
      const rows = await sessions.findMany({
        where: { userId, ...alive() },
        orderBy: { lastSeenAt: "desc" },
        take: 100,
      });
      return rows.map(({ id, createdAt, lastSeenAt, network, userAgent }) => {
        return { id, isCurrent: id === currentId, createdAt, lastSeenAt, network, userAgent };
      });
    },

    /** Signs out one browser of a person. One that is signed out already is left so. */
    async end(userId: string, id: string): Promise<void> {
      await sessions.deleteMany({ where: { id, userId } });
    },

    /** Signs out every other browser; answers how many. */
    async endOthers(userId: string, currentId: string | undefined): Promise<{ ended: number }> {
      const others = currentId === undefined ? {} : { id: { not: currentId } };
      const { count } = await sessions.deleteMany({ where: { userId, ...others } });
      return { ended: count };
    },
  };
}

/** Signs a person out everywhere, in the transaction of what is the reason. */
export async function endSessions(
  tx: Pick<Prisma.TransactionClient, "userSession">,
  of: { readonly userId: string; readonly identityId?: string },
): Promise<void> {
  await tx.userSession.deleteMany({ where: of });
}

/** As much of an address as tells a person's networks apart: `192.0.2.0/24`, `2001:db8:1::/48`. */
export function networkOf(ip: string): string {
  const address = ip.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  // The server's own machine is no network that tells anybody anything.
  if (address === "::1" || address.startsWith("127.")) return "";
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address);
  if (four !== null) return `${four[1]}.0/24`;
  if (!/^[0-9a-f:]+$/.test(address) || !address.includes(":")) return "";
  const [head = ""] = address.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  return `${[...groups, "0", "0", "0"].slice(0, 3).join(":")}::/48`;
}

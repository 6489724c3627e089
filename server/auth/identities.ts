import type { Prisma } from "#prisma/generated/client.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import type { Logger } from "../platform/log.ts";
import { noteAccountEvent } from "./account-log.ts";
import type { SessionClaims, SignedInUser } from "./actor.ts";
import type { IdClaims } from "./oidc-provider.ts";
import { passwordStamp } from "./passwords.ts";
import { endSessions, type Sessions, type Whence } from "./sessions.ts";
import { type Auth, SIGN_IN_FAILED } from "./sign-in.ts";
import type { TwoFactor } from "./two-factor.ts";

/** How long a provider's word is enough to connect an identity, or to accept an invitation with it. */
const FRESH_MS = 15 * 60_000;

/** Values of `acr` by which a provider says that it has seen more than a password; of `amr` it is `mfa` (RFC 8176). */
const STRONG_ACR = [
  "phr",
  "phrh",
  "https://refeds.org/profile/mfa",
  "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
];

/** Somebody at an identity provider, as it has just said. That alone makes them nobody here. */
export interface ProvenIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** What they are called there, for people to read: it decides nothing. */
  readonly label: string;
  readonly name: string;
  readonly secondFactor: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a browser comes with: a session, what a provider has said of who sits there, both or neither. */
export interface Presented {
  readonly session: SessionClaims | undefined;
  readonly proven: ProvenIdentity | undefined;
}

/** A way to sign in, as its owner sees it. */
export interface LinkedIdentity {
  readonly id: string;
  readonly label: string;
  readonly linkedAt: Date;
  readonly lastUsedAt: Date | null;
}

export type Identities = ReturnType<typeof createIdentities>;

/**
 * Who signs in by an identity provider. An identity is its issuer and subject; it opens an account only after the account's
 * owner connected it, or accepted an invitation with it. An address never links anything: providers hand out any, and again.
 */
export function createIdentities(deps: {
  database: Database;
  clock: Clock;
  log: Logger;
  auth: Pick<Auth, "prove" | "currentUser">;
  twoFactor: Pick<TwoFactor, "challenge">;
  sessions: Pick<Sessions, "begin" | "end">;
}) {
  const { database, clock, log, auth, twoFactor, sessions } = deps;
  const prisma = database.prisma;

  function find({ issuer, subject }: Pick<ProvenIdentity, "issuer" | "subject">) {
    return prisma.userIdentity.findUnique({
      where: { issuer_subject: { issuer, subject } },
      include: { user: { include: { twoFactor: { select: { confirmedAt: true } } } } },
    });
  }
  type Known = NonNullable<Awaited<ReturnType<typeof find>>>;

  async function open(
    { id: identityId, userId, user }: Known,
    secondFactor: boolean,
    whence: Whence,
  ): Promise<SessionClaims> {
    await prisma.userIdentity.update({ where: { id: identityId }, data: { lastUsedAt: clock.now() } });
    log.info({ userId, identityId }, "signed in by an identity provider");
    const sessionId = await sessions.begin(userId, whence, identityId);
    return { userId, sessionId, stamp: passwordStamp(user.passwordHash), identityId, secondFactor };
  }

  const isFresh = ({ at }: ProvenIdentity) => clock.now().getTime() - at < FRESH_MS;
  const needsCode = ({ user }: Known, { secondFactor }: ProvenIdentity) =>
    !secondFactor && user.twoFactor?.confirmedAt != null;

  return {
    /**
     * What a browser is after its provider has answered. An identity that is connected opens its account, unless a code is asked for
     * first. Whoever is signed in already stays who they are: the identity waits for them to connect it.
     */
    async opened(claims: IdClaims, presented: SessionClaims | undefined, whence: Whence): Promise<Presented> {
      const proven = provenBy(claims, clock.now());
      const [identity, here] = await Promise.all([find(proven), auth.currentUser(presented)]);
      const session = here === undefined ? undefined : presented;
      const theirs = identity !== null && (here === undefined || here.id === identity.userId);
      if (!theirs || needsCode(identity, proven)) return { session, proven };
      // The same person in the same browser: one session takes the other's place.
      if (session !== undefined) await sessions.end(session.userId, session.sessionId);
      return { session: await open(identity, proven.secondFactor, whence), proven };
    },

    /** What is missing until somebody with this identity is signed in: a code, a Signet account, or to begin anew. */
    async missing(proven: ProvenIdentity | undefined): Promise<"code" | "account" | "proof"> {
      if (proven === undefined || !isFresh(proven)) return "proof";
      const identity = await find(proven);
      if (identity === null) return "account";
      return needsCode(identity, proven) ? "code" : "proof";
    },

    /** Signs in with the code that `missing` named. Throws `unauthorized` for a wrong one, `rate_limited` after too many. */
    async openWithCode(
      proven: ProvenIdentity | undefined,
      code: string,
      whence: Whence,
    ): Promise<SessionClaims> {
      const identity = proven !== undefined && isFresh(proven) ? await find(proven) : null;
      if (identity === null) throw new SignetError("unauthorized", "This took too long; begin again.");
      await twoFactor.challenge(identity.userId, code, whence.ip);
      return open(identity, false, whence);
    },

    /** How somebody can sign in. */
    async waysIn(userId: string): Promise<{ password: boolean; identities: LinkedIdentity[] }> {
      const { passwordHash, identities } = await prisma.user.findUniqueOrThrow({
        where: { id: userId },
        include: {
          identities: {
            select: { id: true, label: true, linkedAt: true, lastUsedAt: true },
            orderBy: { linkedAt: "asc" },
          },
        },
      });
      return { password: passwordHash !== null, identities };
    },

    /** Whose an identity is, for its bearer: connected to them, to somebody else, to nobody; null when it is not fresh. */
    async standing(
      proven: ProvenIdentity | undefined,
      userId: string,
    ): Promise<"theirs" | "another's" | "free" | null> {
      if (proven === undefined || !isFresh(proven)) return null;
      const identity = await find(proven);
      if (identity === null) return "free";
      return identity.userId === userId ? "theirs" : "another's";
    },

    /**
     * Lets a fresh identity open the account from now on. The account's password, and its code where one is set up, must fit, under
     * the sign-in limits: a session left open is not enough to add a way in.
     */
    async link(
      user: SignedInUser,
      proven: ProvenIdentity | undefined,
      proof: { readonly password: string; readonly code?: string | undefined; readonly ip: string },
    ): Promise<void> {
      if (proven === undefined || !isFresh(proven)) throw new SignetError("invalid_request", STALE);
      const { stamp } = await auth.prove({ email: user.email, ...proof }).catch((error: unknown) => {
        throw atItsField(error);
      });
      await prisma.$transaction(async (tx) => {
        // Under the lock that a new password takes: one chosen meanwhile has disconnected every identity, and so this one too.
        const { passwordHash } = await lockUser(tx, user.id);
        if (passwordStamp(passwordHash) !== stamp)
          throw new SignetError("invalid_request", "The password was changed a moment ago; sign in again.");
        await connect(tx, clock.now(), user.id, proven);
      });
      log.info({ userId: user.id, issuer: proven.issuer }, "identity connected");
    },

    /** Ends the sessions it opened, too. Throws `invalid_request` for the last way in, `not_found` for one that is not there. */
    async unlink(userId: string, id: string): Promise<void> {
      await prisma.$transaction(async (tx) => {
        const { passwordHash } = await lockUser(tx, userId);
        const others = await tx.userIdentity.count({ where: { userId, id: { not: id } } });
        if (passwordHash === null && others === 0)
          throw new SignetError("invalid_request", "This is your only way in; set a password first.");
        const identity = await tx.userIdentity.findFirst({ where: { userId, id }, select: { label: true } });
        if (identity === null) throw new SignetError("not_found", "This is not connected any more.");
        await tx.userIdentity.deleteMany({ where: { userId, id } });
        await endSessions(tx, { userId, identityId: id });
        const about = identity.label;
        await noteAccountEvent(tx, clock.now(), { userId, kind: "identity_disconnected", about });
      });
      log.info({ userId, identityId: id }, "identity disconnected");
    },

    /** Whose a fresh identity is; null: nobody's yet. Throws `unauthorized` where there is none. */
    async bearer(
      proven: ProvenIdentity | undefined,
    ): Promise<{ proven: ProvenIdentity; userId: string | null }> {
      if (proven === undefined || !isFresh(proven)) throw new SignetError("unauthorized", STALE);
      return { proven, userId: (await find(proven))?.userId ?? null };
    },
  };
}

/** Whoever is signed in and mistypes is not signed out: the refusal belongs to a field. */
function atItsField(error: unknown): unknown {
  if (!(error instanceof SignetError) || error.code !== "unauthorized") return error;
  return error.message === SIGN_IN_FAILED
    ? invalidField("/password", "This is not your password.")
    : invalidField("/code", error.message);
}

const STALE = "Your identity provider's word is too old; continue with it once more.";

async function lockUser(tx: Prisma.TransactionClient, id: string) {
  await tx.$executeRaw`SELECT 1 FROM "user" WHERE id = ${id}::uuid FOR UPDATE`;
  return tx.user.findUniqueOrThrow({ where: { id }, select: { passwordHash: true } });
}

/** Writes down whose an identity is. Throws `invalid_request` when it is somebody's already. */
export async function connect(
  tx: Prisma.TransactionClient,
  linkedAt: Date,
  userId: string,
  { issuer, subject, label }: ProvenIdentity,
): Promise<void> {
  const { count } = await tx.userIdentity.createMany({
    data: { id: newUuid(), userId, issuer, subject, label, linkedAt },
    skipDuplicates: true,
  });
  if (count === 0)
    throw new SignetError(
      "invalid_request",
      "It is connected already, to this or to another Signet account.",
    );
  await noteAccountEvent(tx, linkedAt, { userId, kind: "identity_connected", about: label });
}

function provenBy({ iss, sub, email, preferred_username, name, amr = [], acr }: IdClaims, now: Date) {
  const label = (email ?? preferred_username ?? sub).slice(0, 254);
  const secondFactor = amr.includes("mfa") || (acr !== undefined && STRONG_ACR.includes(acr));
  const at = now.getTime();
  return { issuer: iss, subject: sub, label, name: (name ?? "").slice(0, 120), secondFactor, at };
}

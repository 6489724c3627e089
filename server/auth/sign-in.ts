import { SignetError } from "../domain/errors.ts";
import type { Database } from "../platform/database.ts";
import type { Logger } from "../platform/log.ts";
import {
  type CurrentActor,
  type CurrentCustomer,
  currentActor,
  currentCustomer,
  currentUser,
  type SessionClaims,
  type SignedInUser,
} from "./actor.ts";
import type { SignInLimiter } from "./limiter.ts";
import { passwordStamp, verifyPassword } from "./passwords.ts";
import { type Place, placesOf } from "./places.ts";
import type { Sessions } from "./sessions.ts";
import type { TwoFactor } from "./two-factor.ts";

/** The one sentence for every failed sign-in, so that it never tells whether the address is known. */
export const SIGN_IN_FAILED = "That e-mail address and password do not match.";

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Of the authenticator app, or a recovery code; asked for where the person has set that up. */
  readonly code?: string | undefined;
  /** The network address the attempt came from. */
  readonly ip: string;
  readonly userAgent?: string | undefined;
}

export interface Auth {
  /**
   * Whose password it is, without signing them in. Throws `unauthorized`: one sentence whatever was wrong with the address or password,
   * `TWO_FACTOR_NEEDED` where they fit and a code is missing. Throws `rate_limited` after too many failures of either.
   */
  prove(credentials: Credentials): Promise<{ userId: string; stamp: string; name: string; email: string }>;
  /** Begins a session. Throws as `prove` does. */
  signIn(credentials: Credentials): Promise<SessionClaims & { name: string; email: string }>;
  /** Whose session it is, whatever they are in whichever tenant. */
  currentUser(session: SessionClaims | undefined): Promise<SignedInUser | undefined>;
  currentActor(session: SessionClaims | undefined): Promise<CurrentActor | undefined>;
  currentCustomer(session: SessionClaims | undefined): Promise<CurrentCustomer | undefined>;
  /** Everywhere they belong, for choosing. */
  places(session: SessionClaims | undefined): Promise<Place[]>;
}

/** An address as it is stored and compared. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

export function createAuth({
  database,
  log,
  limiter,
  twoFactor,
  sessions,
}: {
  database: Database;
  log: Logger;
  limiter: SignInLimiter;
  twoFactor: Pick<TwoFactor, "challenge">;
  sessions: Pick<Sessions, "begin" | "open" | "seen">;
}): Auth {
  const deps = { database, sessions };

  async function prove({ email: typed, password, code, ip }: Credentials) {
    const email = normalEmail(typed);
    await limiter.attempt(email, ip);
    const user = await database.prisma.user.findUnique({ where: { email } });
    const fits = await verifyPassword(user?.passwordHash, password);
    if (!fits || user === null || user.passwordHash === null) {
      log.info({ ip }, "sign-in refused");
      throw new SignetError("unauthorized", SIGN_IN_FAILED);
    }
    await twoFactor.challenge(user.id, code, ip);
    await limiter.succeeded(email, ip);
    return { userId: user.id, stamp: passwordStamp(user.passwordHash), name: user.name, email: user.email };
  }

  return {
    prove,
    async signIn(credentials) {
      const proved = await prove(credentials);
      const { userId } = proved;
      log.info({ userId, ip: credentials.ip }, "signed in");
      return { ...proved, sessionId: await sessions.begin(userId, credentials) };
    },
    currentUser: (session) => currentUser(session, deps),
    currentActor: (session) => currentActor(session, deps),
    currentCustomer: (session) => currentCustomer(session, deps),
    places: (session) => placesOf(session, deps),
  };
}

import type { AuthOptions } from "next-auth";
import type { JWT } from "next-auth/jwt";
import CredentialsProvider from "next-auth/providers/credentials";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { SignetError } from "../domain/errors.ts";
import type { AccessByMail } from "./access-by-mail.ts";
import type { SessionClaims } from "./actor.ts";
import type { Identities, Presented, ProvenIdentity } from "./identities.ts";
import { type IdClaims, OIDC, readIdClaims } from "./oidc-provider.ts";
import { SESSION_SECONDS, type Sessions, type Whence } from "./sessions.ts";
import type { Auth } from "./sign-in.ts";

declare module "next-auth" {
  interface Session {
    presented: Presented;
  }
  interface User {
    /** Of whoever proved a password or a code; an identity provider's users are nobody of ours yet. */
    session?: SessionClaims;
  }
}

declare module "next-auth/jwt" {
  interface JWT {
    sessionId?: string | undefined;
    stamp?: string | undefined;
    identityId?: string | undefined;
    secondFactor?: boolean | undefined;
    proven?: ProvenIdentity | undefined;
  }
}

/** The name of the second step after an identity provider, for whoever has set up a code. */
const OIDC_CODE = "oidc-code";

/**
 * next-auth's options: e-mail and password, a mailed link, or an identity provider; the session in an encrypted cookie, Signet's own pages.
 * `presented` reads the cookie that the request came with.
 */
export function createAuthOptions({
  auth,
  accessByMail,
  identities,
  sessions,
  oidc,
  presented,
  whence,
  secret,
}: {
  auth: Pick<Auth, "signIn">;
  accessByMail: Pick<AccessByMail, "signIn">;
  identities: Pick<Identities, "opened" | "openWithCode">;
  sessions: Pick<Sessions, "end">;
  oidc: OAuthConfig<IdClaims> | undefined;
  presented: () => Promise<Presented>;
  /** Where the request came from. */
  whence: () => Promise<Whence>;
  secret: string;
}): AuthOptions {
  return {
    secret,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    pages: { signIn: "/sign-in", signOut: "/sign-out", error: "/sign-in" },
    providers: [
      CredentialsProvider({
        credentials: { email: { type: "email" }, password: { type: "password" }, code: { type: "text" } },
        authorize: (credentials, request) =>
          spoken(async () => {
            const { email = "", password = "", code } = credentials ?? {};
            return userOf(await auth.signIn({ email, password, code, ...whenceOf(request.headers) }));
          }),
      }),
      // Opened on our own page: what scans mails for bad links uses none up by following it.
      CredentialsProvider({
        id: "mailed-link",
        credentials: { token: { type: "text" }, code: { type: "text" } },
        authorize: (credentials, request) =>
          spoken(async () => {
            const { token = "", code } = credentials ?? {};
            return userOf(await accessByMail.signIn({ token, code, ...whenceOf(request.headers) }));
          }),
      }),
      CredentialsProvider({
        id: OIDC_CODE,
        credentials: { code: { type: "text" } },
        authorize: (credentials, request) =>
          spoken(async () => {
            const { proven } = await presented();
            const from = whenceOf(request.headers);
            return userOf(await identities.openWithCode(proven, credentials?.code ?? "", from));
          }),
      }),
      ...(oidc === undefined ? [] : [oidc]),
    ],
    callbacks: {
      async jwt({ token, user, account, profile }) {
        if (account?.provider === OIDC) {
          const { session } = await presented();
          return tokenOf(await identities.opened(readIdClaims(profile), session, await whence()));
        }
        if (user?.session === undefined) return token;
        const { session: replaced } = await presented();
        if (replaced !== undefined) await sessions.end(replaced.userId, replaced.sessionId);
        return tokenOf({ session: user.session, proven: undefined });
      },
      session: ({ session, token }) => ({ ...session, presented: presentedBy(token) }),
    },
    events: {
      async signOut({ token }) {
        const { session } = presentedBy(token);
        if (session !== undefined) await sessions.end(session.userId, session.sessionId);
      },
    },
  };
}

function userOf({ userId, ...session }: SessionClaims) {
  return { id: userId, session: { userId, ...session } };
}

/** Nothing of what next-auth made of the provider's answer is kept: its subject must never pass for one of our ids. */
function tokenOf({ session, proven }: Presented): JWT {
  const { userId, sessionId, stamp, identityId, secondFactor } = session ?? {};
  return { ...(userId !== undefined && { sub: userId }), sessionId, stamp, identityId, secondFactor, proven };
}

function presentedBy({ sub, sessionId, stamp, identityId, secondFactor, proven }: JWT): Presented {
  if (sub === undefined || sessionId === undefined || stamp === undefined)
    return { session: undefined, proven };
  return { session: { userId: sub, sessionId, stamp, identityId, secondFactor }, proven };
}

/** The message reaches the sign-in page as it is: next-auth carries nothing else. */
async function spoken<Result>(attempt: () => Promise<Result>): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof SignetError) throw new Error(error.message, { cause: error });
    throw error;
  }
}

/** Where a request comes from. */
export function whenceOf(headers: Record<string, unknown> | undefined): Whence {
  const named = headers?.["user-agent"];
  return { ip: clientAddress(headers), ...(typeof named === "string" && { userAgent: named }) };
}

/** The client's address: the last entry, which scripts/web.ts or the nearest proxy writes; those before it are claims. */
export function clientAddress(headers: Record<string, unknown> | undefined): string {
  const forwarded = headers?.["x-forwarded-for"];
  return (typeof forwarded === "string" ? forwarded.split(",").at(-1)?.trim() : undefined) || "unknown";
}

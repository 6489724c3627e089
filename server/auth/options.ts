import type { AuthOptions } from "next-auth";
import type { JWT } from "next-auth/jwt";
import CredentialsProvider from "next-auth/providers/credentials";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { SignetError } from "../domain/errors.ts";
import type { AccessByMail } from "./access-by-mail.ts";
import type { SessionClaims } from "./actor.ts";
import type { Identities, Presented, ProvenIdentity } from "./identities.ts";
import { type IdClaims, OIDC, readIdClaims } from "./oidc-provider.ts";
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
    stamp?: string | undefined;
    identityId?: string | undefined;
    secondFactor?: boolean | undefined;
    proven?: ProvenIdentity | undefined;
  }
}

/** The name of the second step after an identity provider, for whoever has set up a code. */
const OIDC_CODE = "oidc-code";

/** A week: membership is checked at every request anyway, so this only bounds how long a lost laptop stays signed in. */
const SESSION_SECONDS = 7 * 24 * 60 * 60;

/**
 * next-auth's options: e-mail and password, a mailed link, or an identity provider; the session in an encrypted cookie, Signet's own pages.
 * `presented` reads the cookie that the request came with.
 */
export function createAuthOptions({
  auth,
  accessByMail,
  identities,
  oidc,
  presented,
  secret,
}: {
  auth: Pick<Auth, "signIn">;
  accessByMail: Pick<AccessByMail, "signIn">;
  identities: Pick<Identities, "opened" | "openWithCode">;
  oidc: OAuthConfig<IdClaims> | undefined;
  presented: () => Promise<Presented>;
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
            const ip = clientAddress(request.headers);
            return userOf(await auth.signIn({ email, password, code, ip }));
          }),
      }),
      // Opened on our own page: what scans mails for bad links uses none up by following it.
      CredentialsProvider({
        id: "mailed-link",
        credentials: { token: { type: "text" }, code: { type: "text" } },
        authorize: (credentials, request) =>
          spoken(async () => {
            const { token = "", code } = credentials ?? {};
            const ip = clientAddress(request.headers);
            return userOf(await accessByMail.signIn({ token, code, ip }));
          }),
      }),
      CredentialsProvider({
        id: OIDC_CODE,
        credentials: { code: { type: "text" } },
        authorize: (credentials, request) =>
          spoken(async () => {
            const { proven } = await presented();
            const ip = clientAddress(request.headers);
            return userOf(await identities.openWithCode(proven, credentials?.code ?? "", ip));
          }),
      }),
      ...(oidc === undefined ? [] : [oidc]),
    ],
    callbacks: {
      async jwt({ token, user, account, profile }) {
        if (account?.provider === OIDC) {
          const { session } = await presented();
          return tokenOf(await identities.opened(readIdClaims(profile), session));
        }
        return user?.session === undefined ? token : tokenOf({ session: user.session, proven: undefined });
      },
      session: ({ session, token }) => ({ ...session, presented: presentedBy(token) }),
    },
  };
}

function userOf({ userId, ...session }: SessionClaims) {
  return { id: userId, session: { userId, ...session } };
}

/** Nothing of what next-auth made of the provider's answer is kept: its subject must never pass for one of our ids. */
function tokenOf({ session, proven }: Presented): JWT {
  const { userId, stamp, identityId, secondFactor } = session ?? {};
  return { ...(userId !== undefined && { sub: userId }), stamp, identityId, secondFactor, proven };
}

function presentedBy({ sub, stamp, identityId, secondFactor, proven }: JWT): Presented {
  const session =
    sub === undefined || stamp === undefined ? undefined : { userId: sub, stamp, identityId, secondFactor };
  return { session, proven };
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

/** The client's address: the last entry, which scripts/web.ts or the nearest proxy writes; those before it are claims. */
export function clientAddress(headers: Record<string, unknown> | undefined): string {
  const forwarded = headers?.["x-forwarded-for"];
  return (typeof forwarded === "string" ? forwarded.split(",").at(-1)?.trim() : undefined) || "unknown";
}

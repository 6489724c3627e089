import type { AuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { SignetError } from "../domain/errors.ts";
import type { AccessByMail } from "./access-by-mail.ts";
import type { SessionClaims } from "./actor.ts";
import type { Auth } from "./sign-in.ts";

declare module "next-auth" {
  interface Session {
    claims: SessionClaims;
  }
  interface User {
    stamp: string;
  }
}

declare module "next-auth/jwt" {
  interface JWT {
    stamp?: string;
  }
}

/** A week: membership is checked at every request anyway, so this only bounds how long a lost laptop stays signed in. */
const SESSION_SECONDS = 7 * 24 * 60 * 60;

/** next-auth's options: e-mail and password, the session in an encrypted cookie, Signet's own pages. */
export function createAuthOptions({
  auth,
  accessByMail,
  secret,
}: {
  auth: Auth;
  accessByMail: Pick<AccessByMail, "signIn">;
  secret: string;
}): AuthOptions {
  return {
    secret,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    pages: { signIn: "/sign-in", signOut: "/sign-out", error: "/sign-in" },
    providers: [
      CredentialsProvider({
        credentials: { email: { type: "email" }, password: { type: "password" }, code: { type: "text" } },
        async authorize(credentials, request) {
          const { email = "", password = "", code } = credentials ?? {};
          try {
            const ip = clientAddress(request.headers);
            const { userId, ...user } = await auth.signIn({ email, password, code, ip });
            return { id: userId, ...user };
          } catch (error) {
            // The message reaches the sign-in page as it is: next-auth carries nothing else.
            if (error instanceof SignetError) throw new Error(error.message, { cause: error });
            throw error;
          }
        },
      }),
      mailedLink(accessByMail),
    ],
    callbacks: {
      jwt({ token, user }) {
        return user ? { ...token, stamp: user.stamp } : token;
      },
      session({ session, token }) {
        return { ...session, claims: { userId: token.sub ?? "", stamp: token.stamp ?? "" } };
      },
    },
  };
}

/** A link that was mailed, opened on our own page: what scans mails for bad links uses none up by following it. */
function mailedLink(accessByMail: Pick<AccessByMail, "signIn">) {
  return CredentialsProvider({
    id: "mailed-link",
    credentials: { token: { type: "text" }, code: { type: "text" } },
    async authorize(credentials, request) {
      const { token = "", code } = credentials ?? {};
      try {
        const ip = clientAddress(request.headers);
        const { userId, ...user } = await accessByMail.signIn({ token, code, ip });
        return { id: userId, ...user };
      } catch (error) {
        if (error instanceof SignetError) throw new Error(error.message, { cause: error });
        throw error;
      }
    },
  });
}

/** The client's address: the last entry, which scripts/web.ts or the nearest proxy writes; those before it are claims. */
export function clientAddress(headers: Record<string, unknown> | undefined): string {
  const forwarded = headers?.["x-forwarded-for"];
  return (typeof forwarded === "string" ? forwarded.split(",").at(-1)?.trim() : undefined) || "unknown";
}

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import type { AuthOptions } from "next-auth";
import { getServerSession } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { cache } from "react";
import type { CurrentActor, CurrentCustomer, SessionClaims, SignedInUser } from "#server/auth/actor.ts";
import type { Presented } from "#server/auth/identities.ts";
import type { IdClaims } from "#server/auth/oidc-provider.ts";
import { createAuthOptions, whenceOf } from "#server/auth/options.ts";
import { allows, type Permission } from "#server/auth/permissions.ts";
import type { Place } from "#server/auth/places.ts";
import { customerPlace, teamPlace } from "#server/domain/places.ts";
import { PLACES_COOKIE, readRemembered } from "./_places/remembered.ts";
import { server } from "./_server.ts";

/** Where a second factor is set up: the one page that is open without it to whom it is asked of. */
const ACCOUNT = "/admin/account";

/** `oidc` is the identity provider to offer: none is needed to read a session. */
export function authOptions(oidc?: OAuthConfig<IdClaims>): AuthOptions {
  const { auth, accessByMail, identities, sessions, env } = server();
  return createAuthOptions({
    auth,
    accessByMail,
    identities,
    sessions,
    oidc,
    presented: readPresented,
    whence: async () => whenceOf(Object.fromEntries(await headers())),
    secret: env.NEXTAUTH_SECRET,
  });
}

/** What the browser comes with, read once a request. */
export const readPresented = cache(async (): Promise<Presented> => {
  const session = await getServerSession(authOptions());
  return session?.presented ?? { session: undefined, proven: undefined };
});

/** Whose session it says it is; whether it still is, is asked of the database. */
export const readSession = cache(async (): Promise<SessionClaims | undefined> => {
  const { session } = await readPresented();
  const { tenantId, customerId } = await readPlaces();
  return session && { ...session, tenantId, customerId };
});

/** Where the person was last, as the browser says: whether they still belong there is asked of the database. */
export const readPlaces = cache(async () => readRemembered((await cookies()).get(PLACES_COOKIE)?.value));

/** Who is signed in as of now, wherever they belong. */
export const currentUser = cache(async (): Promise<SignedInUser | undefined> => {
  return server().auth.currentUser(await readSession());
});

export const currentActor = cache(async (): Promise<CurrentActor | undefined> => {
  return server().auth.currentActor(await readSession());
});

export const currentCustomer = cache(async (): Promise<CurrentCustomer | undefined> => {
  return server().auth.currentCustomer(await readSession());
});

/** Everywhere the person belongs. */
export const currentPlaces = cache(async (): Promise<Place[]> => server().auth.places(await readSession()));

/** Whose the page is that is being rendered: its area says whether a team's or a customer's. */
export async function currentPlace(): Promise<string | undefined> {
  if ((await requestedPath()).startsWith("/portal")) {
    const customer = await currentCustomer();
    return customer && customerPlace(customer.customerId);
  }
  const current = await currentActor();
  return current && teamPlace(current.tenant.id);
}

/**
 * The first line of every vendor page: who is acting, or a redirect that says why not. A page that more than reads
 * names its permission too; its procedures check again.
 */
export async function requireActor(permission?: Permission): Promise<CurrentActor> {
  const current = await currentActor();
  if (current === undefined) {
    if ((await currentCustomer()) !== undefined) redirect("/portal");
    return leave();
  }
  if (current.tenant.suspended) return leaveSuspended();
  if (current.lacksTwoFactor && !(await requestedPath()).startsWith(ACCOUNT)) redirect(ACCOUNT);
  if (permission !== undefined && !allows(current.actor.role, permission)) {
    redirect(`/admin/forbidden?permission=${permission}`);
  }
  return current;
}

/** The first line of every customer page. Who belongs to several customers and has chosen none of them does so first. */
export async function requireCustomer(): Promise<CurrentCustomer> {
  const current = await currentCustomer();
  if (current === undefined) return leave();
  if (current.tenant.suspended) return leaveSuspended();
  if (current.hasSeveral && !current.isChosen) {
    const customers = (await currentPlaces()).filter(({ kind }) => kind === "customer");
    if (customers.length > 1) redirect(`/choose?next=${encodeURIComponent(await requestedPath())}`);
  }
  return current;
}

/** A suspended account bars nobody from elsewhere. */
async function leaveSuspended(): Promise<never> {
  if ((await currentPlaces()).length > 1) redirect("/choose?reason=tenant_suspended");
  redirect("/sign-in?reason=tenant_suspended");
}

async function leave(): Promise<never> {
  // Still signed in, but belonging elsewhere: led back here, they would go round and round.
  if ((await currentUser()) !== undefined) redirect("/sign-in?reason=access_ended");
  return toSignIn(await requestedPath());
}

/** To signing in and back again, with why whoever was signed in before has to. */
export async function toSignIn(next: string): Promise<never> {
  const reason = (await readSession()) === undefined ? {} : { reason: "access_ended" };
  redirect(`/sign-in?${new URLSearchParams({ ...reason, next })}`);
}

async function requestedPath(): Promise<string> {
  return (await headers()).get("x-signet-path") ?? "/";
}

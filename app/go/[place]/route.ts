import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { PLACES_COOKIE, rememberPlace } from "../../_places/remembered.ts";
import { server } from "../../_server.ts";
import { currentPlaces, currentUser, toSignIn } from "../../_session.ts";
import { safePath } from "../../(auth)/safe-path.ts";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * Leads to a place of the person's, and remembers it as where they are: menus, invitations and mails link here. It grants nothing,
 * since membership is read from the database at every request.
 */
export async function GET(request: Request, { params }: { params: Promise<{ place: string }> }) {
  const { place: asked } = await params;
  const { pathname, searchParams, search } = new URL(request.url);
  if ((await currentUser()) === undefined) return toSignIn(pathname + search);
  const place = (await currentPlaces()).find(({ id }) => id === asked);
  if (place === undefined) redirect("/choose?reason=not_yours");
  const store = await cookies();
  store.set(PLACES_COOKIE, rememberPlace(store.get(PLACES_COOKIE)?.value, place.id), {
    httpOnly: true,
    secure: server().env.NEXTAUTH_URL.startsWith("https:"),
    sameSite: "lax",
    path: "/",
    maxAge: YEAR_SECONDS,
  });
  const home = place.kind === "team" ? "/admin" : "/portal";
  const target = safePath(searchParams.get("next"));
  redirect(target === home || target.startsWith(`${home}/`) || target.startsWith(`${home}?`) ? target : home);
}

import { redirect } from "next/navigation";
import { currentPlaces, readPlaces, readSession } from "./_session.ts";

/** Sends everybody where they belong; whoever belongs in several places where they were last, or to a choice. */
export default async function Home() {
  const places = await currentPlaces();
  const { last } = await readPlaces();
  const place = places.length === 1 ? places[0] : places.find(({ id }) => id === last);
  if (place !== undefined) redirect(place.kind === "team" ? "/admin" : "/portal");
  if (places.length > 0) redirect("/choose");
  // Signed in, but belonging nowhere any more: told so, instead of an empty form again and again.
  redirect((await readSession()) === undefined ? "/sign-in" : "/sign-in?reason=access_ended");
}

import { redirect } from "next/navigation";
import { currentActor, currentCustomer, readSession } from "./_session.ts";

/** Sends everybody where they belong. */
export default async function Home() {
  if ((await currentActor()) !== undefined) redirect("/admin");
  if ((await currentCustomer()) !== undefined) redirect("/portal");
  // Signed in, but belonging nowhere any more: told so, instead of an empty form again and again.
  redirect((await readSession()) === undefined ? "/sign-in" : "/sign-in?reason=access_ended");
}

import { redirect } from "next/navigation";
import { currentActor, currentCustomer } from "./_session.ts";

/** Sends everybody where they belong. */
export default async function Home() {
  if ((await currentActor()) !== undefined) redirect("/admin");
  if ((await currentCustomer()) !== undefined) redirect("/portal");
  redirect("/sign-in");
}

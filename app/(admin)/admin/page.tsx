import { redirect } from "next/navigation";
import { requireActor } from "../../_session.ts";

export default async function AdminHome() {
  await requireActor();
  redirect("/admin/team");
}

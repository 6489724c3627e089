"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { TENANT_COOKIE } from "../../_session.ts";

/** Remembers the choice; whether the person belongs there is read from the database at every request. */
export async function switchTenant(id: string): Promise<void> {
  (await cookies()).set(TENANT_COOKIE, id, { httpOnly: true, sameSite: "lax", path: "/" });
  redirect("/admin");
}

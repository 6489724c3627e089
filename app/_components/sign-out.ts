import { signOut } from "next-auth/react";

/** Ends the session and loads a new page, so that nothing seen stays in this tab's memory. */
export async function signOutAndLeave(): Promise<void> {
  await signOut({ redirect: false });
  window.location.assign("/sign-in?reason=signed_out");
}

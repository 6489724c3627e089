import { cookies } from "next/headers";
import { server } from "../_server.ts";

/** Holds the key to the local outbox, once its printed address was opened. */
export const OUTBOX_COOKIE = "signet-outbox";

export async function mayOpenOutbox(): Promise<boolean> {
  return server().localOutbox.opensWith((await cookies()).get(OUTBOX_COOKIE)?.value);
}

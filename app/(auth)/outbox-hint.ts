import { server } from "../_server.ts";
import { mayOpenOutbox } from "../outbox/access.ts";

/** Where a mail is to be found: with a mail server in a mailbox; without one in the local outbox, open to this browser or not. */
export type OutboxHint = "mailbox" | "outbox" | "closed outbox";

export async function outboxHint(): Promise<OutboxHint> {
  if (!server().localOutbox.isOn) return "mailbox";
  return (await mayOpenOutbox()) ? "outbox" : "closed outbox";
}

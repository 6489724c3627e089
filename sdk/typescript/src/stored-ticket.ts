import { sha256Hex } from "./encoding.ts";
import { isCount, isRecord, isText } from "./shapes.ts";
import type { Document } from "./state.ts";

/** A ticket that is asked for, held, or not yet ended with certainty. */
export interface StoredTicket {
  readonly id: string;
  readonly meter: string;
  readonly amount: number;
  /** Of the amount, as far as it was spent: what is charged if nobody says more. */
  readonly used: number;
  readonly isVoid: boolean;
  readonly license: string;
  /** Null for the vendor's backend. */
  readonly activation: string | null;
  /** Milliseconds since 1970: when it was first asked for. */
  readonly askedAt: number;
  /** Until then some process is at it; afterwards whoever finds it ends it. */
  readonly heldUntil: number;
}

export const STORED_TICKETS = "ticket-";

export async function ticketDocument(id: string): Promise<Document<StoredTicket>> {
  return ticketDocumentNamed(STORED_TICKETS + (await sha256Hex(id)).slice(0, 32));
}

export function ticketDocumentNamed(name: string): Document<StoredTicket> {
  return { name, is: isStoredTicket };
}

function isStoredTicket(content: unknown): content is StoredTicket {
  return (
    isRecord(content) &&
    isText(content.id) &&
    isText(content.meter) &&
    isCount(content.amount) &&
    isCount(content.used) &&
    typeof content.isVoid === "boolean" &&
    isText(content.license) &&
    (content.activation === null || isText(content.activation)) &&
    isCount(content.askedAt) &&
    isCount(content.heldUntil)
  );
}

import type { Accounts } from "../../authority/account-service.ts";
import { publicId } from "../../domain/ids.ts";
import { keyHint } from "./license.ts";

type Row = Awaited<ReturnType<Accounts["list"]>>["items"][number];
type Detail = Awaited<ReturnType<Accounts["get"]>>;
type Ticket = Awaited<ReturnType<Accounts["tickets"]>>["items"][number];
type Line = Awaited<ReturnType<Accounts["ledger"]>>["items"][number];

export function accountRow(row: Row) {
  const [granted, reserved, spent] = [Number(row.granted), Number(row.reserved), Number(row.spent)];
  return {
    id: publicId("account", row.accountId),
    license: { id: publicId("license", row.licenseId), keyHint: keyHint(row.keyPrefix, row.keyHint) },
    customer: { id: publicId("customer", row.customerId), name: row.customerName },
    product: { id: publicId("product", row.productId), name: row.productName },
    meter: { code: row.meter, name: row.meterName, unit: row.unit },
    granted,
    reserved,
    spent,
    balance: granted - reserved - spent,
    overdraft: Number(row.overdraft),
  };
}

export function accountDetail(account: Detail) {
  return {
    ...accountRow(account),
    grants: account.grants.map(grantView),
    endedGrants: account.endedGrants.map(grantView),
  };
}

function grantView(grant: Detail["grants"][number]) {
  const { kind, priority, createdAt, expiresAt } = grant;
  return {
    id: publicId("grant", grant.id),
    kind,
    amount: Number(grant.amount),
    remaining: Number(grant.remaining),
    expired: Number(grant.expired),
    priority,
    createdAt,
    expiresAt,
  };
}

export function ticketView(ticket: Ticket) {
  const { id, status, issuedAt, expiresAt, endedAt, activationId, device } = ticket;
  return {
    id,
    status,
    amount: Number(ticket.amount),
    used: ticket.used === null ? null : Number(ticket.used),
    refunded: Number(ticket.refunded),
    issuedAt,
    expiresAt,
    endedAt,
    /** Null: asked for by the vendor's backend. */
    device: activationId === null ? null : { id: publicId("activation", activationId), name: device ?? "" },
  };
}

export function ledgerLine(line: Line) {
  const { kind, reason, correlationId, occurredAt, recordedAt } = line;
  const [granted, reserved, spent] = [Number(line.granted), Number(line.reserved), Number(line.spent)];
  return {
    entry: Number(line.entry),
    kind,
    change: granted - reserved - spent,
    reserved,
    balance: Number(line.balance),
    reason,
    correlationId,
    occurredAt,
    recordedAt,
    of: subjectOf(line),
    charged: line.charged === null ? null : Number(line.charged),
    refunded: line.refunded === null ? null : Number(line.refunded),
  };
}

/** What a line belongs to, by the id that its client made or, for a grant, by ours. */
function subjectOf({ kind, eventId, reference }: Line) {
  if (kind === "grant" || kind === "expire")
    return reference === null ? null : { kind: "grant" as const, id: publicId("grant", reference) };
  // An adjustment's own id only keeps it from being made twice.
  if (kind === "adjust") return null;
  if (reference !== null) return { kind: "ticket" as const, id: reference };
  return eventId === null ? null : { kind: "event" as const, id: eventId };
}

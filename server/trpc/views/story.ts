import type { Stories } from "../../authority/story-service.ts";
import { publicId } from "../../domain/ids.ts";
import { auditEvent, runtimeEvent } from "./event.ts";

type Story = Awaited<ReturnType<Stories["read"]>>;

export function story({ steps, tickets, leases, since, unsearched }: Story) {
  return {
    steps: steps.map(step),
    tickets: tickets.map(ticket),
    leases: leases.map(lease),
    since,
    unsearched,
  };
}

function step(of: Story["steps"][number]) {
  switch (of.kind) {
    case "change":
      return { kind: of.kind, at: of.at, change: auditEvent(of.change) };
    case "decision":
      return {
        kind: of.kind,
        at: of.at,
        decision: runtimeEvent(of.decision),
        policy: of.policy,
        explanation: of.explanation,
      };
    case "entry":
      return { kind: of.kind, at: of.at, entry: entry(of.entry) };
  }
}

function entry(line: Extract<Story["steps"][number], { kind: "entry" }>["entry"]) {
  const { accountId, kind, eventId, reference, reason, correlationId } = line;
  return {
    accountId: publicId("account", accountId),
    entry: Number(line.entry),
    kind,
    granted: Number(line.granted),
    reserved: Number(line.reserved),
    spent: Number(line.spent),
    balance: Number(line.balance),
    eventId,
    reference,
    reason,
    correlationId,
  };
}

function ticket({
  id,
  accountId,
  status,
  amount,
  used,
  issuedAt,
  expiresAt,
  endedAt,
}: Story["tickets"][number]) {
  return {
    id,
    accountId: publicId("account", accountId),
    status,
    amount: Number(amount),
    used: used === null ? null : Number(used),
    issuedAt,
    expiresAt,
    endedAt,
  };
}

function lease(of: Story["leases"][number]) {
  const { id, slot, holder, group, overage, borrowed, grantedAt, endedAt, ended } = of;
  return {
    id: publicId("lease", id),
    slot,
    fence: Number(of.fence),
    holder,
    group,
    overage,
    borrowed,
    grantedAt,
    endedAt,
    ended,
  };
}

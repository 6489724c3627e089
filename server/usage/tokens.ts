import type { CommonClaims, TicketClaims, TicketReceiptClaims, UsageReceiptClaims } from "#sdk/wire.ts";
import type { Credential } from "#server/domain/credential.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Proof } from "#server/domain/proof.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { UsageAnswer } from "./usage-batch.ts";
import type { EndRow, IssueRow } from "./usage-store.ts";

/** Who asked, and what ties the answer to the question. */
export interface Caller {
  readonly licenseId: string;
  /** Absent: the vendor's backend, for this license. */
  readonly activationId?: string;
  /** What the backend proved itself with, for the facts of the decision. */
  readonly credential?: Credential;
  /** base64url SHA-256 of the request body as sent. */
  readonly requestHash: string;
  readonly correlationId: string;
  /** What proved the caller, if that was a token. */
  readonly proof?: Proof;
}

/** What a token is signed under. */
export interface Signing {
  readonly tenantId: string;
  readonly trustSeq: number;
  /** Seconds: when the signing key's own life ends. */
  readonly expMax: number;
}

/** A ticket's token. Its times are those of the reservation, also when it is asked for again. */
export function ticketClaims(
  row: IssueRow & { readonly expires_at: Date },
  caller: Caller,
  request: { readonly id: string; readonly meter: string },
  signing: Signing,
): TicketClaims {
  return {
    ...common(signing, caller, row.product, row.issued_at),
    sub: request.id,
    exp: Math.min(seconds(row.expires_at), signing.expMax),
    ...who(caller),
    statusIndex: row.status_index ?? 0,
    account: publicId("account", row.account_id ?? ""),
    meter: request.meter,
    amount: Number(row.amount),
    entry: Number(row.entry),
  };
}

export function ticketReceiptClaims(
  kind: "settle" | "void",
  row: EndRow & { readonly ended_at: Date },
  caller: Caller,
  ticketId: string,
  signing: Signing,
): TicketReceiptClaims {
  return {
    ...common(signing, caller, row.product, row.ended_at),
    sub: ticketId,
    ...who(caller),
    kind,
    account: publicId("account", row.account_id ?? ""),
    meter: row.meter ?? "",
    amount: Number(row.amount),
    used: Number(row.used ?? 0),
    entry: Number(row.entry),
    balance: Number(row.balance),
  };
}

export function usageReceiptClaims(
  answer: UsageAnswer,
  caller: Caller,
  signing: Signing,
): UsageReceiptClaims {
  return {
    ...common(signing, caller, answer.product, answer.decidedAt),
    sub: publicId("license", caller.licenseId),
    ...who(caller),
    kind: "usage",
    events: outcomes(answer.events),
    charges: answer.charges.map(({ accountId, ...charge }) => ({
      account: publicId("account", accountId),
      ...charge,
    })),
  };
}

/** What became of each id. Where a request repeats one, what took effect counts, or else what came first. */
function outcomes(events: UsageAnswer["events"]): UsageReceiptClaims["events"] {
  const known = new Map<string, UsageReceiptClaims["events"][string]>();
  for (const event of events) {
    if (known.has(event.id) && event.outcome !== "accepted") continue;
    known.set(event.id, event.outcome === "denied" ? event.code : event.outcome);
  }
  return Object.fromEntries(known);
}

function common(
  { tenantId, trustSeq, expMax }: Signing,
  { requestHash, correlationId }: Caller,
  product: string | null,
  at: Date,
): Omit<CommonClaims, "sub"> & { readonly req: string } {
  return {
    iss: publicId("tenant", tenantId),
    aud: product ?? "",
    jti: publicId("token", newUuid()),
    iat: seconds(at),
    exp: expMax,
    cid: correlationId,
    trust: trustSeq,
    req: requestHash,
  };
}

function who({ licenseId, activationId }: Caller): { license: string; activation?: string } {
  const license = publicId("license", licenseId);
  return activationId === undefined
    ? { license }
    : { license, activation: publicId("activation", activationId) };
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

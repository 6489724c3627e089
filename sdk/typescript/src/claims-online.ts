import { hasCommonClaims } from "./claims-common.ts";
import { isCount, isRecord, isText } from "./shapes.ts";
import type { LeaseClaims, ReceiptClaims, TicketClaims } from "./wire.ts";

export function isLeaseClaims(claims: unknown): claims is LeaseClaims {
  return (
    isRecord(claims) &&
    hasCommonClaims(claims) &&
    isText(claims.license) &&
    isText(claims.activation) &&
    isCount(claims.statusIndex) &&
    isCount(claims.slot) &&
    isCount(claims.fence) &&
    isText(claims.holder) &&
    typeof claims.overage === "boolean" &&
    typeof claims.borrowed === "boolean" &&
    isCount(claims.heartbeatDue) &&
    isText(claims.nonce) &&
    isText(claims.req)
  );
}

export function isTicketClaims(claims: unknown): claims is TicketClaims {
  return (
    isRecord(claims) &&
    hasCommonClaims(claims) &&
    isText(claims.license) &&
    isTextOrAbsent(claims.activation) &&
    isCount(claims.statusIndex) &&
    isText(claims.account) &&
    isText(claims.meter) &&
    isCount(claims.amount) &&
    isCount(claims.entry) &&
    isText(claims.req)
  );
}

export function isReceiptClaims(claims: unknown): claims is ReceiptClaims {
  if (!isRecord(claims) || !hasCommonClaims(claims)) return false;
  if (!isText(claims.license) || !isTextOrAbsent(claims.activation) || !isText(claims.req)) return false;
  if (claims.kind === "usage") {
    return (
      isRecord(claims.events) &&
      Object.values(claims.events).every(isText) &&
      Array.isArray(claims.charges) &&
      claims.charges.every(isCharge)
    );
  }
  return (claims.kind === "settle" || claims.kind === "void") && isCount(claims.used) && isCharge(claims);
}

/** What a receipt says of an account. */
function isCharge(charge: unknown): boolean {
  return (
    isRecord(charge) &&
    isText(charge.account) &&
    isText(charge.meter) &&
    isCount(charge.amount) &&
    isCount(charge.entry) &&
    // Below zero where the policy allows an overdraft.
    Number.isSafeInteger(charge.balance)
  );
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || isText(value);
}

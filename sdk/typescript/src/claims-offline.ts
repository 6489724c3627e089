import { hasCommonClaims } from "./claims-common.ts";
import { isCount, isRecord, isText } from "./shapes.ts";
import type {
  JournaledTicket,
  JournalReceiptClaims,
  OfflineCodeClaims,
  OfflineResponseClaims,
  OfflineTicketAnswer,
} from "./wire.ts";

export function isOfflineResponseClaims(claims: unknown): claims is OfflineResponseClaims {
  return (
    isRecord(claims) &&
    hasCommonClaims(claims) &&
    isText(claims.license) &&
    isText(claims.nonce) &&
    isText(claims.req) &&
    isRecord(claims.cnf) &&
    isText(claims.cnf.jkt) &&
    isText(claims.token) &&
    isText(claims.certificate) &&
    Array.isArray(claims.tickets) &&
    claims.tickets.every(isTicketAnswer) &&
    isText(claims.bundle)
  );
}

export function isOfflineCodeClaims(claims: unknown): claims is OfflineCodeClaims {
  return (
    isRecord(claims) &&
    isText(claims.iss) &&
    isText(claims.aud) &&
    isText(claims.sub) &&
    isCount(claims.iat) &&
    isCount(claims.exp) &&
    isCount(claims.statusIndex) &&
    isText(claims.fingerprint) &&
    isRecord(claims.cnf) &&
    isText(claims.cnf.jkt) &&
    isRecord(claims.features) &&
    Object.values(claims.features).every((value) => ["boolean", "number", "string"].includes(typeof value)) &&
    isText(claims.req) &&
    typeof claims.grace === "boolean"
  );
}

function isTicketAnswer(answer: unknown): answer is OfflineTicketAnswer {
  if (!isRecord(answer) || !isText(answer.id)) return false;
  return answer.outcome === "issued"
    ? isText(answer.token)
    : answer.outcome === "denied" && isText(answer.code);
}

export function isJournalReceiptClaims(claims: unknown): claims is JournalReceiptClaims {
  return (
    isRecord(claims) &&
    hasCommonClaims(claims) &&
    claims.kind === "journal" &&
    isText(claims.license) &&
    isText(claims.activation) &&
    isText(claims.req) &&
    isCount(claims.last) &&
    isText(claims.head) &&
    Array.isArray(claims.tickets) &&
    claims.tickets.every(isJournaledTicket)
  );
}

function isJournaledTicket(ticket: unknown): ticket is JournaledTicket {
  return (
    isRecord(ticket) &&
    isText(ticket.ticket) &&
    isText(ticket.meter) &&
    isCount(ticket.journaled) &&
    isCount(ticket.charged) &&
    isCount(ticket.late) &&
    isText(ticket.status)
  );
}

import { type Code, isCode } from "./codes.ts";
import type { Credential } from "./credential.ts";
import type { PolicyRules } from "./policy.ts";

/** A decision as it was recorded. */
export interface RecordedDecision {
  readonly operation: string;
  readonly outcome: "granted" | "denied";
  readonly code: string | null;
  readonly rule: string | null;
  readonly facts: RecordedFacts;
  /** The policy version that decided; null where no license was found. */
  readonly policy: { readonly code: string; readonly version: number; readonly rules: PolicyRules } | null;
}

export type RecordedFacts = Readonly<Record<string, unknown>>;

/**
 * Why it was decided so, in one sentence for the vendor's staff: "Denied because 5 of 5 seats were in use (policy floating
 * v3, seats.seats = 5)." Where a vendor's backend asked, a second one says with which credential.
 */
export function explainDecision(decision: RecordedDecision): string {
  const { outcome, operation, code, rule, facts } = decision;
  const asked = askedWith(facts.credential);
  if (outcome === "granted") return `Granted: ${GRANTED[operation]?.(facts) ?? operation}.${asked}`;
  const reason =
    code !== null && isCode(code) ? DENIED[code](facts, rule) : `of ${code ?? "an unknown reason"}`;
  const source = [policyOf(decision), ruleOf(decision)].filter((part) => part !== undefined).join(", ");
  return `Denied because ${reason}${source === "" ? "" : ` (${source})`}.${asked}`;
}

const CREDENTIALS: Readonly<Record<Credential["kind"], string>> = {
  apiKey: "API key",
  accessToken: "an access token of API key",
  signature: "a request signed by API key",
  identityToken: "an identity provider's token of",
};

/** With what a vendor's backend asked, where it was one. */
function askedWith(credential: unknown): string {
  const { kind, id, issuer }: Partial<Record<string, unknown>> = Object(credential);
  const named = Object.entries(CREDENTIALS).find(([name]) => name === kind)?.[1];
  if (named === undefined || typeof id !== "string") return "";
  return ` A backend asked with ${named} ${id}${typeof issuer === "string" ? ` (${issuer})` : ""}.`;
}

/** What each operation did when nothing spoke against it. */
const GRANTED: Readonly<Record<string, (facts: RecordedFacts) => string>> = {
  activate: (facts) => activated(facts),
  refresh: () => "the activation is in force and was refreshed",
  deactivate: (facts) => deactivated(facts),
  checkout: (facts) => {
    if (facts.resumed === true) return `${said(facts, "holder", "the holder")} got its own seat back`;
    return `${facts.overage === true ? "overage " : ""}${seat(facts)} was free`;
  },
  release: (facts) =>
    facts.wasHeld === false ? "the seat had come free before" : `${seat(facts)} came free`,
  lease_expired: (facts) =>
    `no heartbeat came for ${seat(facts)}, so its lease ran out at ${said(facts, "expiredAt", "its time")}`,
  ticket: (facts) =>
    facts.replayed === true ? `${ticket(facts)} had been issued before` : `${credits(facts)} were reserved`,
  settle: (facts) => `${ticket(facts)} was settled`,
  void: (facts) => `${ticket(facts)} was voided and its credits went back`,
  ticket_expired: (facts) =>
    facts.status === "settled"
      ? `${ticket(facts)} ran out and was charged ${said(facts, "used", "what")} that its journal had told`
      : `${ticket(facts)} ran out and its credits went back`,
  usage: (facts) =>
    `${said(facts, "accepted", "0")} of ${said(facts, "events", "0")} usage events were charged, ${said(facts, "duplicates", "0")} had been before`,
  transition: (facts) =>
    `time changed the license from ${said(facts, "from", "?")} to ${said(facts, "to", "?")}`,
  offline_activate: (facts) =>
    facts.replayed === true ? "the request file had been answered before" : activated(facts),
  offline_answer: () => "the request file was answered",
  offline_deactivate: (facts) => deactivated(facts),
  offline_journal: (facts) => {
    if (facts.replayed === true) return "the usage journal had been taken in before";
    const late = isPlain(facts.late) ? `; ${facts.late} credits were told and charged late` : "";
    const short = isPlain(facts.short)
      ? `; for ${facts.short} credits that it tells there was no balance left`
      : "";
    return `the usage journal was taken in${late}${short}`;
  },
};

/** What spoke against it. A code without a reason does not compile. */
const DENIED: Readonly<Record<Code, (facts: RecordedFacts, rule: string | null) => string>> = {
  license_not_found: () => "no license has that key",
  license_suspended: () => "the license was suspended",
  license_revoked: () => "the license had been revoked",
  license_expired: (facts) => `the license had expired${at(facts.graceUntil ?? facts.expiresAt)}`,
  license_not_yet_valid: (facts) => `the license was not valid yet${at(facts.validFrom)}`,
  product_mismatch: (facts) =>
    `the license is for ${said(facts, "licenseProduct", "another product")}, not for ${said(facts, "product", "the one asked for")}`,
  activation_limit_reached: (facts) =>
    `${said(facts, "activationCount", "all")} of ${said(facts, "activationsMax", "the")} devices were activated`,
  activation_not_found: () => "there was no live activation",
  activation_revoked: () => "the activation had been revoked",
  fingerprint_mismatch: () => "the device is not the one that was activated",
  device_proof_invalid: () => "the device did not prove its key",
  offline_not_allowed: () => "the license does not allow offline use",
  offline_request_invalid: () => "the file was damaged or not made for this",
  offline_request_replayed: () => "the same request number had been answered with other content",
  trust_snapshot_stale: () => "the security snapshot was too old",
  no_seats_available: (facts, rule) => {
    const inUse = `${said(facts, "inUse", "all")} of ${said(facts, "seats", "the")} seats were in use`;
    if (rule !== "seats.seatsPerHolderMax") return inUse;
    const held = `${said(facts, "held", "as many")} of the ${said(facts, "seatsPerHolderMax", "")} seats a person may hold`;
    return `${said(facts, "holder", "the holder")} held ${held} at once, while ${inUse}`;
  },
  lease_not_found: () => "there was no such lease",
  lease_expired: (facts) => `the lease had run out${at(facts.heldUntil)}`,
  lease_fenced: (facts) =>
    `the seat had been given on: fence ${said(facts, "currentFence", "was newer")} in place of ${said(facts, "fence", "the lease's")}`,
  lease_released: () => "the lease had been released",
  borrow_not_allowed: () => "the license does not allow borrowing",
  borrow_too_long: (facts) =>
    `${said(facts, "borrowSeconds", "the")} seconds are longer than a seat may be borrowed`,
  borrow_limit_reached: () => "as many seats as allowed were borrowed already",
  meter_not_entitled: (facts) =>
    `the license does not include the meter ${said(facts, "meter", "asked for")}`,
  feature_not_entitled: () => "the license does not include it",
  insufficient_credits: (facts) =>
    `${credits(facts)} were asked for and the balance was ${said(facts, "balance", "less")}${overdraft(facts)}`,
  ticket_not_found: (facts) => `there was no ticket ${said(facts, "ticket", "of that id")}`,
  ticket_expired: (facts) => `${ticket(facts)} had run out`,
  ticket_voided: (facts) => `${ticket(facts)} had been voided`,
  ticket_settled: (facts) =>
    facts.status === "pending"
      ? `a usage journal spends from ${ticket(facts)}, which only that journal or time ends`
      : `${ticket(facts)} had been settled`,
  ticket_amount_exceeded: (facts) =>
    `${said(facts, "amount", said(facts, "used", "more"))} is more than the ticket may hold`,
  idempotency_conflict: () => "the same id had been used with other content",
  request_in_progress: () => "the same request was still being worked on",
  outcome_unknown: () => "the connection to the database was lost before the outcome was known",
  invalid_request: () => "the request was not valid",
  unauthorized: () => "the credentials were missing or not accepted",
  forbidden: () => "the caller may not do this",
  not_found: () => "there was no such thing",
  rate_limited: () => "too many requests came",
  overloaded: () => "the server was busy",
  tenant_suspended: () => "the vendor's account was suspended",
  internal_error: () => "something went wrong on the server",
};

function policyOf({ policy }: RecordedDecision): string | undefined {
  return policy === null ? undefined : `policy ${policy.code} v${policy.version}`;
}

/** The rule with the value that was applied: a fact where the license has one of its own, else the policy version's. */
function ruleOf({ rule, facts, policy }: RecordedDecision): string | undefined {
  if (rule === null) return undefined;
  const [group = "", name = ""] = rule.split(".");
  const general =
    policy === null
      ? undefined
      : valueIn(group === "usage" ? meterRules(policy.rules, facts) : policy.rules, name);
  const applied = facts[name] ?? general;
  if (!isPlain(applied)) return rule;
  const own = isPlain(general) && general !== applied ? " for this license" : "";
  return `${rule} = ${String(applied)}${own}`;
}

function meterRules(rules: PolicyRules, facts: RecordedFacts): object {
  return (typeof facts.meter === "string" ? rules.meters[facts.meter] : undefined) ?? {};
}

function valueIn(rules: object, name: string): unknown {
  return Object.entries(rules).find(([key]) => key === name)?.[1];
}

function isPlain(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function said(facts: RecordedFacts, name: string, otherwise: string): string {
  const fact = facts[name];
  return isPlain(fact) ? String(fact) : otherwise;
}

function at(moment: unknown): string {
  return typeof moment === "string" ? ` at ${moment}` : "";
}

function credits(facts: RecordedFacts): string {
  return `${said(facts, "amount", "more")} ${said(facts, "meter", "credits")}`;
}

function overdraft(facts: RecordedFacts): string {
  const size = said(facts, "overdraft", "0");
  return size === "0" ? "" : `, which may fall to -${size}`;
}

function seat(facts: RecordedFacts): string {
  return `seat${after(facts, "slot")}`;
}

function ticket(facts: RecordedFacts): string {
  return `ticket${after(facts, "ticket")}`;
}

function after(facts: RecordedFacts, name: string): string {
  return isPlain(facts[name]) ? ` ${String(facts[name])}` : "";
}

function activated(facts: RecordedFacts): string {
  return facts.knownDevice === true ? "the device was activated already" : "the device was activated";
}

function deactivated(facts: RecordedFacts): string {
  if (facts.wasLive === false) return "the device had been deactivated before";
  if (!isPlain(facts.borrowed)) return "the device was deactivated";
  const seats = facts.borrowed === 1 ? "1 seat" : `${facts.borrowed} seats`;
  return `the device was deactivated, and ${seats} that it had borrowed may be used without a server until ${said(facts, "borrowedUntil", "their end")}`;
}

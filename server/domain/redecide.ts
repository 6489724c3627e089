import { canonicalJson, type JsonValue } from "./canonical-json.ts";
import type { Code } from "./codes.ts";
import { judgeTicket, judgeUsage } from "./redecide-credits.ts";
import { judgeCheckout } from "./redecide-seats.ts";
import { type Circumstances, type Judged, numberIn, type PastDecision, type Untold } from "./redecision.ts";

export type Verdict =
  | { readonly kind: "same" }
  /** `code` null: it would be granted. */
  | { readonly kind: "differs"; readonly code: Code | null }
  | { readonly kind: "untold"; readonly why: Untold };

const DAY_MS = 86_400_000;

/**
 * Makes a recorded decision again under other rules: as it was asked, with what was in use at that moment, each for itself;
 * what would have followed from another outcome is not played through. The credits of its period are those that the rules
 * give. What the recorded facts do not settle is `untold`: nothing is guessed.
 */
export function redecide(decision: PastDecision, circumstances: Circumstances): Verdict {
  const judged = unlessProofIsNew(decision, circumstances, judge(decision, circumstances));
  if (judged !== null && typeof judged === "object") return { kind: "untold", why: judged.untold };
  return judged === decision.code ? { kind: "same" } : { kind: "differs", code: judged };
}

/** What no rule of a policy decides, and what is asked before the rules are. */
const BEFORE_THE_RULES: ReadonlySet<Code | null> = new Set<Code>([
  "tenant_suspended",
  "license_not_found",
  "license_suspended",
  "license_revoked",
  "license_not_yet_valid",
  "product_mismatch",
  "activation_not_found",
  "activation_revoked",
]);

type Judge = (decision: PastDecision, circumstances: Circumstances) => Judged;

/** What is not here, the end of a ticket or a lease, a heartbeat, time itself: no rule of a policy has a say in it. */
const JUDGES: Readonly<Record<string, Judge>> = {
  activate: unlessOver(judgeActivation),
  offline_activate: unlessOver(judgeActivation),
  refresh: unlessOver(() => null),
  checkout: unlessOver(judgeCheckout),
  ticket: unlessOver(judgeTicket),
  usage: unlessOver(judgeUsage),
  deactivate: judgeDeactivation,
  offline_deactivate: judgeDeactivation,
};

function judge(decision: PastDecision, circumstances: Circumstances): Judged {
  const own = JUDGES[decision.operation];
  if (own === undefined || BEFORE_THE_RULES.has(decision.code)) return decision.code;
  return own(decision, circumstances);
}

const PROVED = ["refresh", "checkout", "ticket", "usage", "deactivate"];

/** A device that was not asked for a proof of its key may have had none. */
function unlessProofIsNew(decision: PastDecision, { before, after }: Circumstances, judged: Judged): Judged {
  const asked = decision.byDevice && PROVED.includes(decision.operation);
  if (!asked || judged !== null || !after.deviceProofRequired) return judged;
  return before?.deviceProofRequired === true ? judged : { untold: "proof" };
}

function unlessOver(next: Judge): Judge {
  return (decision, circumstances) => judgeEnd(decision, circumstances) ?? next(decision, circumstances);
}

/** Whether the license would have been over for good. Its end stays as it was granted, its grace follows the rules. */
function judgeEnd(decision: PastDecision, { before, after, end: known }: Circumstances): Judged {
  const end = endIn(decision, known);
  if (end === null) return null;
  if (end !== undefined)
    return decision.at.getTime() >= end.getTime() + after.graceDays * DAY_MS ? "license_expired" : null;
  // Not known when it ended; but who was over stays so with no more grace, and who was not, with no less.
  if (before === null) return { untold: "rules" };
  const more = after.graceDays - before.graceDays;
  if (decision.code === "license_expired") return more <= 0 ? "license_expired" : { untold: "end" };
  return more >= 0 ? null : { untold: "end" };
}

function endIn({ operation, facts }: PastDecision, known: Date | null | undefined): Date | null | undefined {
  if (typeof facts.expiresAt === "string") return new Date(facts.expiresAt);
  // These say when the license ends if it does, unless an answer that was kept is given again.
  const says = ["activate", "offline_activate", "refresh"].includes(operation) && facts.replayed !== true;
  return says ? null : known;
}

function judgeActivation({ operation, facts, code }: PastDecision, { before, after }: Circumstances): Judged {
  if (operation === "offline_activate" && !after.offlineAllowed) return "offline_not_allowed";
  if (facts.replayed === true && code !== "offline_not_allowed") return code;

  const count = numberIn(facts, "activationCount");
  if (count === undefined) return { untold: "device" };
  if (after.activationsMax === null || count + 1 <= after.activationsMax) return null;
  // No room for a new device: all hangs on whether it counts as one that was there, which a refusal before that did not ask.
  const matched = code === null || code === "activation_limit_reached";
  if (!matched) return { untold: "device" };
  if (before === null) return { untold: "rules" };
  if (text(before.fingerprintMatch) !== text(after.fingerprintMatch)) return { untold: "device" };
  return facts.knownDevice === true ? null : "activation_limit_reached";
}

function judgeDeactivation({ code, facts }: PastDecision, { before, after }: Circumstances): Judged {
  if (after.selfServiceDeactivation) return null;
  if (code !== null || facts.wasLive === false) return code;
  // Done where customers may not: by the vendor. Elsewhere it is not recorded who did it.
  if (before === null) return { untold: "rules" };
  return before.selfServiceDeactivation ? { untold: "caller" } : null;
}

function text(value: JsonValue): string {
  return canonicalJson(value);
}

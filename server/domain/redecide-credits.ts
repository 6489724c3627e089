import type { MeterRules } from "./policy.ts";
import { type Circumstances, type Judged, numberIn, type PastDecision } from "./redecision.ts";

/** A ticket of a license that is in force, in the order of `issue_tickets`: a known one, the meter, its size, the balance. */
export function judgeTicket(decision: PastDecision, circumstances: Circumstances): Judged {
  const { facts, code } = decision;
  if (facts.replayed === true || code === "idempotency_conflict") return code;
  return judgeMeter(decision, circumstances, "ticket");
}

/**
 * A request of usage is one decision, which does not say how much of which meter it charged; an event of it that was refused is
 * another, which does.
 */
export function judgeUsage(decision: PastDecision, circumstances: Circumstances): Judged {
  const { facts, code } = decision;
  if (code === "idempotency_conflict") return code;
  if (facts.meter !== undefined) return judgeMeter(decision, circumstances, "usage");
  if (code !== null) return { untold: "usage" };
  if (facts.accepted === 0) return null;
  const { before, after } = circumstances;
  if (before === null) return { untold: "rules" };
  const grows = Object.entries(before.meters).every(([meter, rules]) => {
    const next = after.meters[meter];
    return (
      next !== undefined &&
      next.overdraft >= rules.overdraft &&
      next.periodCredits >= rules.periodCredits &&
      next.period === rules.period
    );
  });
  return grows ? null : { untold: "usage" };
}

function judgeMeter(
  decision: PastDecision,
  circumstances: Circumstances,
  operation: "ticket" | "usage",
): Judged {
  const { facts, code, at } = decision;
  const { before, after } = circumstances;
  const meter = typeof facts.meter === "string" ? facts.meter : "";
  const rules = after.meters[meter];
  if (rules === undefined) return "meter_not_entitled";
  const amount = numberIn(facts, "amount");
  if (amount === undefined) return { untold: "balance" };
  if (operation === "ticket" && rules.ticketAmountMax !== null && amount > rules.ticketAmountMax)
    return "ticket_amount_exceeded";

  const balance = numberIn(facts, "balance");
  if (balance === undefined) return { untold: "balance" };
  const known = before?.meters[meter];
  if (known === undefined) return { untold: "rules" };
  const more = creditsMore(known, rules, at, circumstances.unchangedSince);
  if (more === undefined) return { untold: "balance" };
  // The balance of a grant is the one that it left.
  const found = code === null ? balance + amount : balance;
  return amount <= found + more + rules.overdraft ? null : "insufficient_credits";
}

/** How many more credits the period would have had; undefined where the rules that gave them are not known. */
function creditsMore(
  before: MeterRules,
  after: MeterRules,
  at: Date,
  unchangedSince: Date | null,
): number | undefined {
  const more = after.periodCredits - before.periodCredits;
  if (more === 0 && (after.period === before.period || after.periodCredits === 0)) return 0;
  if (after.period !== before.period) return undefined;
  return unchangedSince === null || unchangedSince <= periodBegin(before.period, at) ? more : undefined;
}

/** In UTC, as the database counts. What is given once is given when the license is issued. */
function periodBegin(period: MeterRules["period"], at: Date): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (period) {
    case "day":
      return new Date(Date.UTC(year, month, day));
    case "month":
      return new Date(Date.UTC(year, month, 1));
    case "year":
      return new Date(Date.UTC(year, 0, 1));
    case "none":
      return new Date(0);
  }
}

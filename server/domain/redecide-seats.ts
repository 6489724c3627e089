import { canonicalJson } from "./canonical-json.ts";
import type { RecordedFacts } from "./explain.ts";
import type { PolicyRules } from "./policy.ts";
import { type Circumstances, type Judged, numberIn, type PastDecision } from "./redecision.ts";

/** A checkout of a license that is in force, in the order of `checkout_seats`: seats at all, borrowing, the holder, the pool. */
export function judgeCheckout(decision: PastDecision, circumstances: Circumstances): Judged {
  const { facts, code } = decision;
  const { after } = circumstances;
  if (after.seats === 0) return "feature_not_entitled";
  if (code === "feature_not_entitled") return judgeFirst(facts, after);
  if (code === "license_expired") return { untold: "seats" };

  const isOwn = facts.resumed === true;
  const borrowing = judgeBorrowing(decision, circumstances);
  if (borrowing !== null) {
    // Who has borrowed the seat already is asked for no longer time than is left, and is not counted twice; whether it had is not recorded.
    const maybeBorrowed =
      code === null || (code !== "borrow_limit_reached" && borrowing === "borrow_limit_reached");
    return isOwn && maybeBorrowed ? { untold: "borrowed" } : borrowing;
  }
  if (isOwn) return null;
  return judgeHolder(decision, after) ?? judgePool(decision, circumstances);
}

/** The first checkout of a license that never had a seat: all its seats are free. */
function judgeFirst(facts: RecordedFacts, after: PolicyRules): Judged {
  if (facts.seats !== undefined) return { untold: "seats" };
  const borrowing = borrowingRefused(facts, after, 0);
  if (borrowing !== null) return borrowing;
  const group = typeof facts.group === "string" ? (after.reservedSeats[facts.group] ?? 0) : 0;
  return generalSeats(after) + group > 0 ? null : "no_seats_available";
}

function judgeBorrowing({ facts, code }: PastDecision, { before, after }: Circumstances): Judged {
  if (facts.borrowSeconds === undefined) return null;
  const borrowed = numberIn(facts, "borrowed");
  if (borrowed !== undefined) return borrowingRefused(facts, after, borrowed);
  const refused = borrowingRefused(facts, after, -1);
  if (refused !== null) return refused;
  const grows = before !== null && after.borrowedSeatsMax >= before.borrowedSeatsMax;
  return code === null && grows ? null : { untold: "borrowed" };
}

function borrowingRefused(facts: RecordedFacts, after: PolicyRules, borrowed: number): Judged {
  const seconds = numberIn(facts, "borrowSeconds");
  if (seconds === undefined) return null;
  if (after.borrowDaysMax === 0 || after.borrowedSeatsMax === 0) return "borrow_not_allowed";
  if (seconds > after.borrowDaysMax * 86_400) return "borrow_too_long";
  return after.borrowedSeatsMax <= borrowed ? "borrow_limit_reached" : null;
}

function judgeHolder({ facts, code }: PastDecision, { seatsPerHolderMax: most }: PolicyRules): Judged {
  if (most === null) return null;
  const held = numberIn(facts, "held");
  if (held !== undefined) return held >= most ? "no_seats_available" : null;
  const before = numberIn(facts, "seatsPerHolderMax");
  return code === null && before !== undefined && most >= before ? null : { untold: "holder" };
}

/**
 * Seats are given out from the lowest number on, those of groups first. So whoever got seat 7 found those before it taken,
 * and whoever got none found all taken that are not kept for another group.
 */
function judgePool({ facts, code, rule }: PastDecision, { before, after }: Circumstances): Judged {
  if (before === null || before.seats !== facts.seats) return { untold: "rules" };
  if (canonicalJson(before.reservedSeats) !== canonicalJson(after.reservedSeats)) return { untold: "seats" };
  const size = after.seats + after.overageSeats;
  if (code === null) {
    const slot = numberIn(facts, "slot");
    if (slot === undefined) return { untold: "seats" };
    return slot <= size ? null : "no_seats_available";
  }
  const wasFull = code === "no_seats_available" && rule !== "seats.seatsPerHolderMax";
  if (wasFull && size <= before.seats + before.overageSeats) return code;
  // Of what is in use some may lie beyond the pool, since a pool that shrinks takes no seat from anybody.
  const inUse = numberIn(facts, "inUse");
  if (inUse === undefined || (wasFull && inUse < generalSeats(before))) return { untold: "seats" };
  return inUse < generalSeats(after) ? null : { untold: "seats" };
}

/** Seats that anybody may have. */
function generalSeats({ seats, overageSeats, reservedSeats }: PolicyRules): number {
  return seats + overageSeats - Object.values(reservedSeats).reduce((sum, size) => sum + size, 0);
}

import { count, number } from "./counts.ts";
import type { PolicyRules } from "./policy.ts";
import { timeText } from "./policy-sentence.ts";
import {
  type Advice,
  type LicenseHistory,
  refusedForSeats,
  type Suggestion,
  withoutOwn,
} from "./policy-suggestion.ts";

/** A seat survives two heartbeats that were lost on the way. */
const HEARTBEATS_OF_LEASE = 3;
/** Seldom enough that seats cost the server little; each heartbeat is one write. */
const CALM_HEARTBEAT_SECONDS = 60;
/** Fewer in a month are no burden. */
const HEARTBEATS_MANY = 10_000;

/** Whether seats of programs that fell silent came back too late for who waited, or are renewed more often than anybody gains by. */
export function adviseLeases(rules: PolicyRules, all: readonly LicenseHistory[], now: Date): Advice {
  const licenses = withoutOwn(all, "leaseTtlSeconds", "heartbeatSeconds").filter(
    ({ leases }) => leases.length > 0,
  );
  return adviseShorter(rules, licenses) ?? adviseLonger(rules, licenses, now);
}

function adviseShorter(rules: PolicyRules, licenses: readonly LicenseHistory[]): Suggestion | undefined {
  const { leaseTtlSeconds: ttl, heartbeatSeconds } = rules;
  const to = heartbeatSeconds * HEARTBEATS_OF_LEASE;
  if (to >= ttl) return undefined;
  let served = 0;
  let expired = 0;
  let ended = 0;
  for (const license of licenses) {
    served += servedUnder(license, to) - servedUnder(license, ttl);
    expired += license.leases.filter((lease) => lease.ended === "expired").length;
    ended += license.leases.filter((lease) => lease.ended !== null).length;
  }
  if (served <= 0) return undefined;
  const one = served === 1;
  const sentence = `${number(expired)} of ${count(ended, "seat")} came back only because their program had been silent for ${leaseOf(licenses) ?? "a whole lease"}, and ${count(served, "checkout")} found no seat meanwhile: after ${timeText(to)} of silence, which is ${HEARTBEATS_OF_LEASE} heartbeats, ${one ? "it" : "each"} would have found one that had come back.`;
  return { change: { rule: "leaseTtlSeconds", to, heartbeatSeconds }, from: "customers", sentence };
}

/** The lease that all of them had, in words; undefined where they differ. */
function leaseOf(licenses: readonly LicenseHistory[]): string | undefined {
  const [first, ...others] = new Set(licenses.map(({ leaseTtlSeconds }) => leaseTtlSeconds));
  return first === undefined || others.length > 0 ? undefined : timeText(first);
}

/** How many of those refused would have come after a silent seat was free again; each such seat serves one. */
function servedUnder(license: LicenseHistory, ttlSeconds: number): number {
  const waiting = refusedForSeats(license)
    .map(({ at }) => at.getTime())
    .toSorted((one, other) => one - other);
  const silent = license.leases
    .flatMap(({ ended, endedAt }) => (ended === "expired" && endedAt !== null ? [endedAt.getTime()] : []))
    .toSorted((one, other) => one - other);
  const taken = new Set<number>();
  for (const endedAt of silent) {
    const freeAt = endedAt - (license.leaseTtlSeconds - ttlSeconds) * 1_000;
    const next = waiting.findIndex((at, index) => !taken.has(index) && at >= freeAt && at < endedAt);
    if (next >= 0) taken.add(next);
  }
  return taken.size;
}

function adviseLonger(
  rules: PolicyRules,
  licenses: readonly LicenseHistory[],
  now: Date,
): Suggestion | undefined {
  const { leaseTtlSeconds: ttl } = rules;
  if (rules.heartbeatSeconds >= CALM_HEARTBEAT_SECONDS) return undefined;
  // Seats that somebody waits for are better renewed often.
  if (licenses.some((license) => refusedForSeats(license).length > 0)) return undefined;
  const leases = licenses.flatMap((license) => license.leases);
  let heldMs = 0;
  let beats = 0;
  // Each license beat as its own version asked, whatever the draft that is advised asks for.
  for (const license of licenses) {
    const ms = license.leases.reduce(
      (sum, { grantedAt, endedAt }) => sum + Math.max(0, (endedAt ?? now).getTime() - grantedAt.getTime()),
      0,
    );
    heldMs += ms;
    beats += Math.floor(ms / 1_000 / license.heartbeatSeconds);
  }
  if (beats < HEARTBEATS_MANY) return undefined;
  const to = Math.max(ttl, CALM_HEARTBEAT_SECONDS * HEARTBEATS_OF_LEASE);
  const calmer = Math.floor(heldMs / 1_000 / CALM_HEARTBEAT_SECONDS);
  const late = leases.filter(({ ended }) => ended === "expired").length;
  const cost =
    to === ttl
      ? ""
      : late === 0
        ? ` No seat was left to fall silent, and one that is would come back after ${timeText(to)} instead of ${timeText(ttl)}.`
        : ` ${count(late, "seat")} that fell silent would have come back after ${timeText(to)} instead of ${leaseOf(licenses) ?? "sooner"}, and nobody waited for one.`;
  const sentence = `Seats were held for ${count(Math.round(heldMs / 3_600_000), "hour")}, each renewed ${number(Math.round(beats / (heldMs / 3_600_000)))} times an hour: about ${number(beats)} heartbeats. One a minute would have been ${number(calmer)}.${cost}`;
  return {
    change: { rule: "leaseTtlSeconds", to, heartbeatSeconds: CALM_HEARTBEAT_SECONDS },
    from: "customers",
    sentence,
  };
}

import { durationText } from "../_components/duration.ts";
import { countOf, formatNumber } from "../_components/format.ts";
import { relativeTime } from "../_components/relative-time.ts";
import { deviceName, type PoolUse, type Seat } from "./seat.ts";

type Capacity = Pick<PoolUse, "capacity" | "held" | "borrowed" | "overage" | "leaving" | "reserved">;

/** A pool's use in a line: "9 of 12 in use · 2 borrowed · 1 over · 2 reserved for night, 1 in use". */
export function poolWords({ capacity, held, borrowed, overage, leaving, reserved }: Capacity): string {
  return [
    `${formatNumber(held)} of ${formatNumber(capacity)} in use`,
    borrowed > 0 && `${formatNumber(borrowed)} borrowed`,
    overage > 0 && `${formatNumber(overage)} over`,
    leaving > 0 && `${formatNumber(leaving)} going out of service`,
    ...reserved.map(
      (each) => `${formatNumber(each.seats)} reserved for ${each.group}, ${formatNumber(each.held)} in use`,
    ),
  ]
    .filter(Boolean)
    .join(" · ");
}

type Time = Pick<Seat, "expiresAt" | "grantedAt" | "borrowed">;
type Beat = Pick<PoolUse, "leaseTtlSeconds" | "heartbeatSeconds">;

/** How long the lease lasts as a whole, in milliseconds: since the last renewal, or since it was borrowed. */
export function spanMs({ borrowed, expiresAt, grantedAt }: Time, { leaseTtlSeconds }: Beat): number {
  return borrowed ? Math.max(1, expiresAt.getTime() - grantedAt.getTime()) : leaseTtlSeconds * 1000;
}

/** What is left: "1:05", "2 h 5 min", "3 days"; undefined once it ran out. */
export function leftWords(leftMs: number): string | undefined {
  if (leftMs < 0) return undefined;
  const seconds = Math.floor(leftMs / 1000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const hours = Math.floor(seconds / 3_600);
  if (hours < 48) return `${hours} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return countOf(Math.floor(hours / 24), "day");
}

/** Whether a heartbeat is overdue: the seat is held by somebody who may be gone. */
export function isSilent(seat: Time, beat: Beat, now: Date): boolean {
  if (seat.borrowed) return false;
  const sinceMs = spanMs(seat, beat) - (seat.expiresAt.getTime() - now.getTime());
  return sinceMs > beat.heartbeatSeconds * 2_000;
}

/** What taking a seat back does, in words and numbers. */
export function releaseEffects(seat: Seat, pool: PoolUse, now: Date): string[] {
  const { slot, holder, borrowed, leaving, expiresAt } = seat;
  const { held, capacity } = pool;
  const until = `${exact(expiresAt)} (${relativeTime(expiresAt, now)})`;
  return [
    leaving
      ? `Ends the lease of seat ${slot}, which is out of service and goes with it.`
      : `Frees seat ${slot}: ${formatNumber(held - 1)} of ${countOf(capacity, "seat")} in use afterwards.`,
    ...(borrowed
      ? [
          `${holder} borrowed it: ${deviceName(seat)} asks no server, and works on until the borrowed lease ends, ${until}.`,
          `Until then somebody else can get the seat too, so ${formatNumber(capacity + 1)} people may be working with ${countOf(capacity, "seat")}.`,
        ]
      : [
          `${holder} on ${deviceName(seat)} is refused at the next heartbeat, within ${durationText(pool.heartbeatSeconds)}.`,
          `If the device cannot be reached, it works on until its lease ends, ${until}, at most.`,
        ]),
  ];
}

/** What becomes of the seats of a license that is stopped: none is taken back, each ends by itself. */
export function endingSeats(seats: number, within: string): string[] {
  if (seats === 0) return [];
  return [`${formatNumber(seats)} ${seats === 1 ? "seat ends" : "seats end"} within ${within}.`];
}

/** What becomes of borrowed seats when their device is deactivated or their license is stopped: "3 borrowed seats come back by 4 Dec 2026, 09:00: …" */
export function borrowedEffects(borrowed: number, until: Date | null): string[] {
  if (borrowed === 0 || until === null) return [];
  const when = exact(until);
  return [
    borrowed === 1
      ? `1 borrowed seat comes back on ${when}: until then it can be used without a server, and counts as in use.`
      : `${formatNumber(borrowed)} borrowed seats come back by ${when}: until then they can be used without a server, and count as in use.`,
  ];
}

function exact(at: Date): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(at);
}

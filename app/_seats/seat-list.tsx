"use client";

import { useNow } from "../_components/relative-time.tsx";
import type { PoolUse, Release, Seat } from "./seat.ts";
import { SeatRow } from "./seat-row.tsx";
import classes from "./seats.module.css";

const SECOND_MS = 1_000;

/** Seats that are held, with what is left of each second by second. `aheadMs`: of the server's clock. */
export function SeatList({
  seats,
  pool,
  aheadMs,
  release,
}: {
  seats: readonly Seat[];
  pool: PoolUse;
  aheadMs: number;
  release: Release | undefined;
}) {
  const now = new Date(useNow(SECOND_MS).getTime() + aheadMs);
  return (
    <ul className={classes.seats} aria-label={`Seats of ${pool.license.keyHint}`}>
      {seats.map((seat) => (
        <SeatRow key={seat.leaseId} seat={seat} pool={pool} now={now} release={release} />
      ))}
    </ul>
  );
}

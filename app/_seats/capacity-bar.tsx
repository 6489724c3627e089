import type { PoolUse } from "./seat.ts";
import { poolWords } from "./seat-words.ts";
import classes from "./seats.module.css";

/** A pool as a bar: what is in use, what of it is borrowed, what is kept for groups, and what goes beyond the capacity. */
export function CapacityBar({ pool }: { pool: PoolUse }) {
  const { capacity, overageCapacity, held, overage, borrowed, reserved } = pool;
  const within = held - overage;
  const borrowedWithin = Math.min(borrowed, within);
  const kept = reserved.reduce((sum, group) => sum + Math.max(0, group.seats - group.held), 0);
  const free = Math.max(0, capacity - within);
  const parts = [
    { kind: "used", seats: within - borrowedWithin },
    { kind: "borrowed", seats: borrowedWithin },
    { kind: "free", seats: free - Math.min(free, kept) },
    { kind: "reserved", seats: Math.min(free, kept) },
    { kind: "over", seats: overage },
    { kind: "spare", seats: Math.max(0, overageCapacity - overage) },
  ];
  return (
    <div className={classes.capacity} role="img" aria-label={poolWords(pool)}>
      {parts
        .filter(({ seats }) => seats > 0)
        .map(({ kind, seats }) => (
          <span key={kind} data-kind={kind} style={{ flexGrow: seats }} />
        ))}
    </div>
  );
}

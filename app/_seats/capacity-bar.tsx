import { PartBar } from "../_components/part-bar.tsx";
import type { PoolUse } from "./seat.ts";
import { poolWords } from "./seat-words.ts";

/** A pool as a bar: what is in use, what of it is borrowed, what is kept for groups, and what goes beyond the capacity. */
export function CapacityBar({ pool }: { pool: PoolUse }) {
  const { capacity, overageCapacity, held, overage, borrowed, reserved } = pool;
  const within = held - overage;
  const borrowedWithin = Math.min(borrowed, within);
  const kept = reserved.reduce((sum, group) => sum + Math.max(0, group.seats - group.held), 0);
  const free = Math.max(0, capacity - within);
  return (
    <PartBar
      label={poolWords(pool)}
      parts={[
        { tone: "strong", amount: within - borrowedWithin },
        { tone: "lent", amount: borrowedWithin },
        { tone: "empty", amount: free - Math.min(free, kept) },
        { tone: "kept", amount: Math.min(free, kept) },
        { tone: "over", amount: overage },
        { tone: "spare", amount: Math.max(0, overageCapacity - overage) },
      ]}
    />
  );
}

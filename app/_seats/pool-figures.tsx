import { formatNumber } from "../_components/format.ts";
import { PartKey, PartKeys } from "../_components/part-bar.tsx";
import { CapacityBar } from "./capacity-bar.tsx";
import type { PoolUse } from "./seat.ts";

/** A pool's bar, and what its parts mean in numbers. */
export function PoolFigures({ pool }: { pool: PoolUse }) {
  const { held, borrowed, overage, overageCapacity, capacity, leaving, reserved } = pool;
  const kept = reserved.reduce((sum, group) => sum + Math.max(0, group.seats - group.held), 0);
  const free = Math.max(0, capacity - (held - overage) - kept);
  return (
    <div>
      <CapacityBar pool={pool} />
      <PartKeys>
        <PartKey tone="strong">{formatNumber(held)} in use</PartKey>
        {borrowed > 0 && <PartKey tone="lent">{formatNumber(borrowed)} of them borrowed</PartKey>}
        {overageCapacity > 0 && (
          <PartKey tone={overage > 0 ? "over" : "spare"}>
            {formatNumber(overage)} of {formatNumber(overageCapacity)} over capacity
          </PartKey>
        )}
        {reserved.map((each) => (
          <PartKey key={each.group} tone="kept">
            {formatNumber(each.seats)} reserved for {each.group}, {formatNumber(each.held)} in use
          </PartKey>
        ))}
        <PartKey tone="empty">
          {formatNumber(free)} free{reserved.length > 0 && " for anybody"}
        </PartKey>
        {leaving > 0 && <span>{formatNumber(leaving)} going out of service</span>}
      </PartKeys>
    </div>
  );
}

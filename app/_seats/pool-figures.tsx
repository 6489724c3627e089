import { formatNumber } from "../_components/format.ts";
import { CapacityBar } from "./capacity-bar.tsx";
import type { PoolUse } from "./seat.ts";
import classes from "./seats.module.css";

/** A pool's bar, and what its parts mean in numbers. */
export function PoolFigures({ pool }: { pool: PoolUse }) {
  const { held, borrowed, overage, overageCapacity, capacity, leaving, reserved } = pool;
  const kept = reserved.reduce((sum, group) => sum + Math.max(0, group.seats - group.held), 0);
  const free = Math.max(0, capacity - (held - overage) - kept);
  return (
    <div>
      <CapacityBar pool={pool} />
      <div className={`${classes.keys} tabular`}>
        <span className={classes.key} data-kind="used">
          {formatNumber(held)} in use
        </span>
        {borrowed > 0 && (
          <span className={classes.key} data-kind="borrowed">
            {formatNumber(borrowed)} of them borrowed
          </span>
        )}
        {overageCapacity > 0 && (
          <span className={classes.key} data-kind={overage > 0 ? "over" : "spare"}>
            {formatNumber(overage)} of {formatNumber(overageCapacity)} over capacity
          </span>
        )}
        {reserved.map((each) => (
          <span key={each.group} className={classes.key} data-kind="reserved">
            {formatNumber(each.seats)} reserved for {each.group}, {formatNumber(each.held)} in use
          </span>
        ))}
        <span className={classes.key} data-kind="free">
          {formatNumber(free)} free{reserved.length > 0 && " for anybody"}
        </span>
        {leaving > 0 && <span>{formatNumber(leaving)} going out of service</span>}
      </div>
    </div>
  );
}

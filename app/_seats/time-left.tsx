import { Tooltip } from "@mantine/core";
import type { PoolUse, Seat } from "./seat.ts";
import { isSilent, leftWords, spanMs } from "./seat-words.ts";
import classes from "./seats.module.css";

/** How long a lease still lasts: a bar that shrinks by itself, and the time in words. */
export function TimeLeft({ seat, pool, now }: { seat: Seat; pool: PoolUse; now: Date }) {
  const totalMs = spanMs(seat, pool);
  const leftMs = seat.expiresAt.getTime() - now.getTime();
  const share = Math.min(1, Math.max(0, leftMs / totalMs));
  const silent = isSilent(seat, pool, now);
  const words = leftWords(leftMs);
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" }).format(
    seat.expiresAt,
  );
  return (
    <div className={classes.time}>
      <div className={classes.track} aria-hidden>
        <div
          className={classes.left}
          data-tone={silent ? "silent" : seat.borrowed ? "borrowed" : "held"}
          style={{ transform: `scaleX(${share})` }}
          suppressHydrationWarning
        />
      </div>
      <Tooltip
        label={`${silent ? "No heartbeat lately. Ends " : "Ends "}${exact}`}
        events={{ hover: true, focus: true, touch: true }}
      >
        <span
          className={classes.timeWords}
          data-silent={silent}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time must be reachable from the keyboard too.
          tabIndex={0}
          suppressHydrationWarning
        >
          {words ?? "ran out"}
        </span>
      </Tooltip>
    </div>
  );
}

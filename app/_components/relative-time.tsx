"use client";

import { Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import { relativeTime } from "./relative-time.ts";

const TICK_MS = 30_000;

/** The browser's clock, read again every half minute, or as often as told: for countdowns, which may be off by that much. */
export function useNow(tickMs = TICK_MS): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), tickMs);
    return () => clearInterval(timer);
  }, [tickMs]);
  return now;
}

/** "3 hours ago", kept current; the exact moment, with its zone, on hover or focus. */
export function RelativeTime({ at }: { at: Date }) {
  const now = useNow();
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" }).format(at);
  return (
    <Tooltip label={exact} events={{ hover: true, focus: true, touch: true }}>
      <time
        dateTime={at.toISOString()}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time must be reachable from the keyboard too.
        tabIndex={0}
        suppressHydrationWarning
      >
        {relativeTime(at, now)}
      </time>
    </Tooltip>
  );
}

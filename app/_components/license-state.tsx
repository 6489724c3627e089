"use client";

import classes from "./license-state.module.css";
import { countdown, type LicenseMoments, urgency } from "./license-words.ts";
import { useNow } from "./relative-time.tsx";
import { StatusBadge } from "./status-badge.tsx";

/** A license's state: its badge, and how long that lasts, below it or beside it. */
export function LicenseState({ license, inline = false }: { license: LicenseMoments; inline?: boolean }) {
  const now = useNow();
  const words = countdown(license, now);
  return (
    <span className={inline ? classes.inline : classes.below}>
      <StatusBadge status={license.status} />
      {words && (
        <span
          className={classes.words}
          data-urgent={urgency(license, now) === "warning"}
          suppressHydrationWarning
        >
          {words}
        </span>
      )}
    </span>
  );
}

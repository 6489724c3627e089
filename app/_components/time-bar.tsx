"use client";

import { type LicenseMoments, shareLeft, urgency } from "./license-words.ts";
import { useNow } from "./relative-time.tsx";
import classes from "./time-bar.module.css";

/** How much of a license's time is left, as a bar; nothing for one without start or end. The words beside it say the same. */
export function TimeBar({ license }: { license: LicenseMoments }) {
  const now = useNow();
  const share = shareLeft(license, now);
  if (share === undefined) return null;
  const stopped = license.status === "revoked" || license.status === "suspended";
  const tone = stopped ? "stopped" : urgency(license, now);
  return (
    <div className={classes.bar} aria-hidden>
      <div
        className={classes.left}
        data-tone={tone}
        style={{ width: `${share * 100}%` }}
        suppressHydrationWarning
      />
    </div>
  );
}

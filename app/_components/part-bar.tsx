import type { ReactNode } from "react";
import classes from "./part-bar.module.css";

/** How a part looks; what it means, its key or the bar's words say. */
export type PartTone = "strong" | "lent" | "past" | "empty" | "kept" | "over" | "owed" | "spare";

/** A whole as one bar of its parts, each as wide as its amount. */
export function PartBar({
  parts,
  label,
}: {
  parts: readonly { readonly tone: PartTone; readonly amount: number }[];
  /** The same in words. */
  label: string;
}) {
  return (
    <div className={classes.bar} role="img" aria-label={label}>
      {parts
        .filter(({ amount }) => amount > 0)
        .map(({ tone, amount }) => (
          <span key={tone} data-tone={tone} style={{ flexGrow: amount }} />
        ))}
    </div>
  );
}

export function PartKeys({ children }: { children: ReactNode }) {
  return <div className={`${classes.keys} tabular`}>{children}</div>;
}

export function PartKey({ tone, children }: { tone: PartTone; children: ReactNode }) {
  return (
    <span className={classes.key} data-tone={tone}>
      {children}
    </span>
  );
}

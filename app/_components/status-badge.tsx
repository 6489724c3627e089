import classes from "./status-badge.module.css";

/** What a state means to somebody who only glances. */
export type Tone = "good" | "waiting" | "warning" | "stopped" | "bad" | "neutral";

interface Look {
  readonly tone: Tone;
  readonly label: string;
}

/** Every state of domain.md that is shown anywhere, so that one word has one colour on every screen. */
const LOOKS = {
  active: { tone: "good", label: "Active" },
  held: { tone: "good", label: "Held" },
  published: { tone: "good", label: "Published" },
  settled: { tone: "good", label: "Settled" },
  pending: { tone: "waiting", label: "Pending" },
  announced: { tone: "waiting", label: "Announced" },
  draft: { tone: "waiting", label: "Draft" },
  grace: { tone: "warning", label: "Grace period" },
  suspended: { tone: "warning", label: "Suspended" },
  expired: { tone: "stopped", label: "Expired" },
  deactivated: { tone: "stopped", label: "Deactivated" },
  released: { tone: "stopped", label: "Released" },
  retired: { tone: "stopped", label: "Retired" },
  archived: { tone: "stopped", label: "Archived" },
  superseded: { tone: "stopped", label: "Superseded" },
  voided: { tone: "stopped", label: "Voided" },
  destroyed: { tone: "stopped", label: "Destroyed" },
  revoked: { tone: "bad", label: "Revoked" },
  compromised: { tone: "bad", label: "Compromised" },
} as const satisfies Record<string, Look>;
export type Status = keyof typeof LOOKS;

/** A state: a colour, a shape for those who do not see the colour, and its word. */
export function StatusBadge({ status }: { status: Status }) {
  return <ToneBadge {...LOOKS[status]} />;
}

/** The same for a state with words of its own, such as "12 days left". */
export function ToneBadge({ tone, label }: Look) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {label}
    </span>
  );
}

import { ToneBadge } from "./status-badge.tsx";
import type { LiveState } from "./use-changes.ts";

const LOOKS = {
  connecting: { tone: "neutral", label: "Connecting" },
  live: { tone: "good", label: "Live" },
  reconnecting: { tone: "warning", label: "Reconnecting" },
} as const;

/** Whether what is shown follows what happens. */
export function LiveBadge({ state }: { state: LiveState }) {
  return (
    <span role="status" aria-label="Connection">
      <ToneBadge {...LOOKS[state]} />
    </span>
  );
}

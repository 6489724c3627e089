"use client";

import { Button } from "@mantine/core";
import { type Icon, IconChartBar, IconFilterOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { EmptyState } from "../../../_components/empty-state.tsx";
import type { Frame } from "./figures.ts";
import { dayWords, momentWords, spanWords } from "./time-words.ts";
import type { ViewState } from "./use-view.ts";
import { periodUntil } from "./view.ts";

/** What to say of a chart of which there has never been anything. */
export interface Never {
  readonly icon: Icon;
  readonly title: string;
  readonly text: ReactNode;
  /** The button that fills it. */
  readonly action: ReactNode;
}

/** In place of a chart without anything: why, and the button that helps. */
export function EmptyChart({
  frame,
  never,
  state,
  retry,
}: {
  frame: Frame & { empty: NonNullable<Frame["empty"]> };
  never: Never;
  state: ViewState;
  retry: () => void;
}) {
  const { empty, span } = frame;
  const button = (label: string, onClick: () => void) => (
    <Button variant="default" onClick={onClick}>
      {label}
    </Button>
  );
  switch (empty.reason) {
    case "never":
      return (
        <EmptyState icon={never.icon} title={never.title} action={never.action}>
          {never.text}
        </EmptyState>
      );
    case "not_rolled_up":
      return (
        <EmptyState
          icon={IconChartBar}
          title="Nothing has been computed yet"
          action={button("Look again", retry)}
        >
          The worker computes these figures every five minutes, and has not done so for this account. Is it
          running?
        </EmptyState>
      );
    case "ahead":
      return (
        <EmptyState
          icon={IconChartBar}
          title="Not computed yet"
          action={button("Show the last 30 days", () => state.show({ period: "30d" }))}
        >
          Figures are complete up to {momentWords(empty.completeUntil)}, which is before this period begins.
        </EmptyState>
      );
    case "filtered":
      return (
        <EmptyState
          icon={IconFilterOff}
          title="None for this choice"
          action={button("Show all products and customers", () =>
            state.show({
              productId: undefined,
              customerId: undefined,
              licenseId: undefined,
              meterId: undefined,
            }),
          )}
        >
          In this period there is some for other products or customers, but not for the chosen one.
        </EmptyState>
      );
    case "period":
      return (
        <EmptyState
          icon={never.icon}
          title="None in this period"
          action={button("Show the 30 days until then", () =>
            state.show({ period: periodUntil(empty.latest) }),
          )}
        >
          Nothing happened from {spanWords(span)}. The latest was on {dayWords(empty.latest)}.
        </EmptyState>
      );
  }
}

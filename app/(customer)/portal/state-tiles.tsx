"use client";

import { Text, UnstyledButton } from "@mantine/core";
import type { inferRouterOutputs } from "@trpc/server";
import type { OwnState } from "#server/domain/license-state.ts";
import type { AppRouter } from "#server/trpc/router.ts";
import { formatNumber } from "../../_components/format.ts";
import { timeLeft } from "../../_components/license-words.ts";
import { useNow } from "../../_components/relative-time.tsx";
import type { TableState } from "../../_components/use-table.ts";
import classes from "./state-tiles.module.css";

type Summary = inferRouterOutputs<AppRouter>["portal"]["license"]["summary"];

/** How many licenses are in which state; each number narrows the list to its own. */
export function StateTiles({ summary, table }: { summary: Summary; table: TableState }) {
  const now = useNow();
  const { total, capped, working, ending, stopped, waiting, nextEnd } = summary;
  const chosen = table.filter("state");
  const tiles: { state: OwnState | undefined; label: string; count: number; more?: string }[] = [
    { state: undefined, label: "All licenses", count: total },
    { state: "working", label: "Working", count: working },
    {
      state: "ending",
      label: "End within 30 days",
      count: ending,
      ...(ending > 0 && nextEnd !== null ? { more: `the next: ${timeLeft(nextEnd, now)}` } : {}),
    },
    { state: "stopped", label: "Not working", count: stopped },
    { state: "waiting", label: "Not begun", count: waiting },
  ];
  return (
    <section className={classes.tiles} aria-label="Licenses by state">
      {tiles
        .filter(({ state, count }) => count > 0 || state === undefined || state === chosen)
        .map(({ state, label, count, more }) => (
          <UnstyledButton
            key={label}
            className={classes.tile}
            data-state={state}
            data-warn={state === "ending" || state === "stopped"}
            aria-pressed={chosen === state}
            onClick={() => table.setFilter("state", state)}
          >
            <Text span fz="1.375rem" fw={650} lh={1.2} className="tabular" display="block">
              {formatNumber(count)}
              {capped && state === undefined && "+"}
            </Text>
            <Text span fz="sm" display="block">
              {label}
            </Text>
            {more !== undefined && (
              <Text span fz="xs" c="dimmed" display="block" suppressHydrationWarning>
                {more}
              </Text>
            )}
          </UnstyledButton>
        ))}
    </section>
  );
}

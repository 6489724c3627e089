"use client";

import { BarChart } from "@mantine/charts";
import { Box } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CHART_LOOK } from "../../../_components/chart-look.ts";
import { denialTitle } from "../../../_components/event-words.ts";
import { countOf } from "../../../_components/format.ts";
import { LinkButton, TextLink } from "../../../_components/links.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { Bars } from "./bars.tsx";
import { ChartCard, type Drawing } from "./chart-card.tsx";
import type { Figures } from "./figures.ts";
import { bySteps, stepHeading, stepWords } from "./time-words.ts";
import type { ViewState } from "./use-view.ts";
import { chartInput } from "./view.ts";

const COLORS = ["red.6", "orange.5", "grape.5", "indigo.5", "petrol.5", "copper.4"];
const OTHERS = "Other reasons";

/** Refused requests by their reason, each with one that can be looked into. */
export function DenialsCard({ state }: { state: ViewState }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.analytics.denials.queryOptions(chartInput(state.view), { placeholderData: keepPreviousData }),
  );
  return (
    <ChartCard
      title="Refused requests"
      description="Every request that an application was denied, by the reason it was given."
      query={query}
      table="denials"
      state={state}
      never={{
        icon: IconMoodSmile,
        title: "Nothing has been refused yet",
        text: "Everybody who asked was let in. When a device limit is reached or a seat is lacking, it is drawn here, with the reason.",
        action: (
          <LinkButton href="/docs/errors" variant="default">
            Read what can be refused
          </LinkButton>
        ),
      }}
      draw={drawing}
    />
  );
}

function drawing({ span, points, reasons }: Figures["denials"]): Drawing {
  const { step } = span;
  const names = reasons.map(({ code }) => denialTitle(code) ?? code);
  const shown = names.slice(0, COLORS.length);
  const legend = [
    ...shown.map((name, index) => ({ name, color: COLORS[index] ?? "gray.5" })),
    ...(names.length > shown.length ? [{ name: OTHERS, color: "gray.5" }] : []),
  ];
  const total = reasons.reduce((sum, { value }) => sum + value, 0);
  const most = reasons[0] === undefined ? "" : `, most often because: ${names[0]} (${reasons[0].value})`;
  return {
    summary: `${countOf(total, "request")} refused ${bySteps(step)}${most}.`,
    legend,
    table: {
      head: [stepHeading(step), ...names],
      rows: points.map(({ start, values }) => [stepWords(step, start), ...values]),
    },
    chart: (
      <BarChart
        {...CHART_LOOK}
        type="stacked"
        data={points.map(({ start, values }) => ({
          at: stepWords(step, start),
          ...Object.fromEntries(shown.map((name, index) => [name, values[index] ?? 0])),
          [OTHERS]: values.slice(shown.length).reduce((sum, value) => sum + value, 0),
        }))}
        dataKey="at"
        series={legend}
        withLegend
      />
    ),
    below: (
      <Box mt="lg">
        <Bars
          label="Reasons"
          color="red.5"
          bars={reasons.map(({ code, value, example }, index) => ({
            key: code,
            value,
            name: (
              <>
                {names[index]}
                {example !== null && (
                  <TextLink
                    href={`/admin/trace?q=${encodeURIComponent(example)}`}
                    fz="sm"
                    ml={10}
                    underline="always"
                  >
                    Explain the latest
                  </TextLink>
                )}
              </>
            ),
          }))}
        />
      </Box>
    ),
  };
}

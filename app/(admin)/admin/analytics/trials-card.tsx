"use client";

import { BarChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import { IconSeeding } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CHART_LOOK } from "../../../_components/chart-look.ts";
import { countOf } from "../../../_components/format.ts";
import { LinkButton } from "../../../_components/links.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ChartCard, type Drawing } from "./chart-card.tsx";
import type { Figures } from "./figures.ts";
import { dayWords } from "./time-words.ts";
import type { ViewState } from "./use-view.ts";
import { chartInput } from "./view.ts";

const SERIES = [
  { name: "Converted", color: "green.6" },
  { name: "Not converted", color: "gray.4" },
];

/** Trials by the week in which they were issued, and what became of them. */
export function TrialsCard({ state }: { state: ViewState }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.analytics.trials.queryOptions(chartInput(state.view), { placeholderData: keepPreviousData }),
  );
  return (
    <ChartCard
      title="Trials that became customers"
      description="Trial licenses by the week in which they were issued."
      query={query}
      table="trials"
      state={state}
      never={{
        icon: IconSeeding,
        title: "No trial has been issued yet",
        text: "A license under a policy of the type trial is one. How many of a week's trials are bought later is drawn here.",
        action: (
          <LinkButton href="/admin/policies/new" variant="default">
            Make a trial policy
          </LinkButton>
        ),
      }}
      draw={(data) => drawing(data, state)}
    />
  );
}

function drawing({ cohorts, conversionDays }: Figures["trials"], { view }: ViewState): Drawing {
  const issued = cohorts.reduce((total, cohort) => total + cohort.issued, 0);
  const converted = cohorts.reduce((total, cohort) => total + cohort.converted, 0);
  const share = (part: number, all: number) => `${Math.round((part / Math.max(1, all)) * 100)} %`;
  const rate = `${converted} of ${countOf(issued, "trial")} converted (${share(converted, issued)})`;
  return {
    lead: (
      <Text fz="sm" mb="md">
        <b>{rate}</b>
      </Text>
    ),
    summary: `${rate}, by week of issue.`,
    legend: SERIES,
    table: {
      head: ["Week from (UTC)", "Issued", "Converted", "Share", "Final"],
      rows: cohorts.map((cohort) => [
        dayWords(cohort.start),
        cohort.issued,
        cohort.converted,
        share(cohort.converted, cohort.issued),
        cohort.open ? "not yet" : "yes",
      ]),
    },
    chart: (
      <BarChart
        {...CHART_LOOK}
        type="stacked"
        data={cohorts.map((cohort) => ({
          week: dayWords(cohort.start),
          Converted: cohort.converted,
          "Not converted": cohort.issued - cohort.converted,
        }))}
        dataKey="week"
        series={SERIES}
        withLegend
      />
    ),
    below: (
      <Text fz="xs" c="dimmed" mt="sm">
        A license issued as a trial counts as converted when its customer is issued another license of the
        same product that is no trial, within {conversionDays} days, or when the license itself stops being a
        trial. Weeks younger than that may still convert.
        {view.customerId !== undefined && " Counted over all customers."}
      </Text>
    ),
  };
}

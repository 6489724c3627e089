"use client";

import { BarChart } from "@mantine/charts";
import { IconPlugConnected } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CHART_LOOK } from "../../../_components/chart-look.ts";
import { countOf } from "../../../_components/format.ts";
import { LinkButton } from "../../../_components/links.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ChartCard, type Drawing } from "./chart-card.tsx";
import type { Never } from "./empty-chart.tsx";
import type { Figures } from "./figures.ts";
import { bySteps, stepHeading, stepWords } from "./time-words.ts";
import type { ViewState } from "./use-view.ts";
import { chartInput } from "./view.ts";

export const NO_DEVICE: Never = {
  icon: IconPlugConnected,
  title: "No device has been activated yet",
  text: "A device is counted the first time an application activates a license on it. A product's page has the ten lines that do it.",
  action: (
    <LinkButton href="/admin/products" variant="default">
      Get the code for your product
    </LinkButton>
  ),
};

const SERIES = [{ name: "New devices", color: "petrol.5" }];

export function ActivationsCard({ state }: { state: ViewState }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.analytics.activations.queryOptions(chartInput(state.view), { placeholderData: keepPreviousData }),
  );
  return (
    <ChartCard
      title="New devices"
      description="Devices that were activated for the first time."
      query={query}
      table="activations"
      state={state}
      never={NO_DEVICE}
      draw={drawing}
    />
  );
}

function drawing({ span, points, total }: Figures["activations"]): Drawing {
  const { step } = span;
  return {
    summary: `${countOf(total, "new device")} ${bySteps(step)}.`,
    legend: SERIES,
    table: {
      head: [stepHeading(step), "New devices"],
      rows: points.map(({ start, value }) => [stepWords(step, start), value]),
    },
    chart: (
      <BarChart
        {...CHART_LOOK}
        data={points.map(({ start, value }) => ({ at: stepWords(step, start), "New devices": value }))}
        dataKey="at"
        series={SERIES}
      />
    ),
  };
}

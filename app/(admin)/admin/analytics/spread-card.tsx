"use client";

import { BarChart } from "@mantine/charts";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CHART_LOOK } from "../../../_components/chart-look.ts";
import { countOf } from "../../../_components/format.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { NO_DEVICE } from "./activations-card.tsx";
import { ChartCard, type Drawing } from "./chart-card.tsx";
import type { Figures } from "./figures.ts";
import type { ViewState } from "./use-view.ts";
import { chartInput } from "./view.ts";

const NAMES = {
  versions: { title: "Versions", of: "Version", told: "Which version of the application new devices ran." },
  platforms: { title: "Platforms", of: "Platform", told: "What new devices said they run on." },
} as const;

const SERIES = [{ name: "New devices", color: "petrol.5" }];
const BAR_HEIGHT = 34;

/** How new devices spread over versions of the application, or over platforms. */
export function SpreadCard({ of, state }: { of: "versions" | "platforms"; state: ViewState }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.analytics.spread.queryOptions(chartInput(state.view), { placeholderData: keepPreviousData }),
  );
  const { title, told } = NAMES[of];
  return (
    <ChartCard
      title={title}
      description={told}
      query={query}
      table={of}
      state={state}
      never={NO_DEVICE}
      draw={(data) => drawing(data, of)}
    />
  );
}

function drawing(data: Figures["spread"], of: "versions" | "platforms"): Drawing {
  const { shown, rest, total } = data[of];
  const rows = [
    ...shown.map(({ name, value }) => ({ name: name || "Not told", value })),
    ...(rest > 0 ? [{ name: "Others", value: rest }] : []),
  ];
  const share = (value: number) => `${Math.round((value / Math.max(1, total)) * 100)} %`;
  const list = rows.map(({ name, value }) => `${name} ${share(value)}`).join(", ");
  return {
    summary: `${countOf(total, "new device")}: ${list}.`,
    legend: [],
    table: {
      head: [NAMES[of].of, "New devices", "Share"],
      rows: rows.map(({ name, value }) => [name, value, share(value)]),
    },
    chart: (
      <BarChart
        {...CHART_LOOK}
        h={60 + rows.length * BAR_HEIGHT}
        orientation="vertical"
        gridAxis="none"
        data={rows.map(({ name, value }) => ({ name, "New devices": value }))}
        dataKey="name"
        series={SERIES}
        xAxisProps={{ allowDecimals: false }}
        yAxisProps={{ width: 110 }}
        withBarValueLabel
      />
    ),
  };
}

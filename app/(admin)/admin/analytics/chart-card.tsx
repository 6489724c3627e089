"use client";

import { Box, Card, Group, SegmentedControl, Skeleton, Text, Title } from "@mantine/core";
import { type ReactNode, useId, useRef, useState } from "react";
import { ErrorState } from "../../../_components/error-state.tsx";
import { ChartTable, type ShownTable } from "./chart-table.tsx";
import { Downloads } from "./downloads.tsx";
import { EmptyChart, type Never } from "./empty-chart.tsx";
import type { Frame, TableName } from "./figures.ts";
import type { ViewState } from "./use-view.ts";

/** A chart, and all that it says in words and numbers. */
export interface Drawing {
  readonly chart: ReactNode;
  /** The chart in a sentence, for whoever does not see it. */
  readonly summary: string;
  readonly table: ShownTable;
  readonly legend: readonly { readonly name: string; readonly color: string }[];
  /** Above the chart. */
  readonly lead?: ReactNode;
  /** Below the chart, also where its table is shown. */
  readonly below?: ReactNode;
}

/** What `useQuery` gives, as far as a card needs it. */
interface ChartQuery<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isFetching: boolean;
  refetch(): unknown;
}

/** One chart: drawn, or the same as a table; downloaded as either; and never empty without saying why. */
export function ChartCard<Data extends Frame>({
  title,
  description,
  query,
  table,
  never,
  state,
  draw,
}: {
  title: string;
  description: ReactNode;
  query: ChartQuery<Data>;
  /** What its CSV is called. */
  table: TableName;
  never: Never;
  state: ViewState;
  draw: (data: Data) => Drawing;
}) {
  const [as, setAs] = useState("chart");
  const drawn = useRef<HTMLDivElement>(null);
  const id = useId();
  const { data, error, isFetching } = query;
  const drawing = data === undefined || data.empty !== null ? undefined : draw(data);

  function body() {
    if (data === undefined) {
      if (error === null) return <Skeleton height={280} role="status" aria-label="Loading" />;
      return <ErrorState error={error} retry={() => query.refetch()} busy={isFetching} />;
    }
    if (data.empty !== null) {
      const frame = { ...data, empty: data.empty };
      return <EmptyChart frame={frame} never={never} state={state} retry={() => query.refetch()} />;
    }
    if (drawing === undefined) return null;
    return (
      <>
        {drawing.lead}
        {as === "table" ? (
          <ChartTable label={title} table={drawing.table} />
        ) : (
          <Box ref={drawn} role="img" aria-label={drawing.summary}>
            {drawing.chart}
          </Box>
        )}
        {drawing.below}
      </>
    );
  }

  return (
    <Card component="section" aria-labelledby={id} h="100%">
      <Group justify="space-between" align="flex-start" gap="sm" mb="md">
        <Box flex="1 1 14rem" miw={0}>
          <Title order={2} fz="h3" id={id}>
            {title}
          </Title>
          <Text fz="sm" c="dimmed">
            {description}
          </Text>
        </Box>
        {drawing !== undefined && (
          <Group gap={6} wrap="nowrap">
            <SegmentedControl
              size="xs"
              aria-label={`${title}: show as`}
              data={[
                { value: "chart", label: "Chart" },
                { value: "table", label: "Table" },
              ]}
              value={as}
              onChange={setAs}
            />
            <Downloads
              title={title}
              view={state.view}
              table={table}
              picture={as === "chart" ? { element: drawn, legend: drawing.legend } : undefined}
            />
          </Group>
        )}
      </Group>
      {body()}
    </Card>
  );
}

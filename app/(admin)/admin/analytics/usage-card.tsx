"use client";

import { BarChart } from "@mantine/charts";
import { Anchor, Box, Group, Select, Text, Title } from "@mantine/core";
import { IconGauge } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CHART_LOOK } from "../../../_components/chart-look.ts";
import { formatNumber } from "../../../_components/format.ts";
import { LinkButton } from "../../../_components/links.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { Bars } from "./bars.tsx";
import { ChartCard, type Drawing } from "./chart-card.tsx";
import { Downloads } from "./downloads.tsx";
import type { Figures } from "./figures.ts";
import { bySteps, dayWords, stepHeading, stepWords } from "./time-words.ts";
import type { ViewState } from "./use-view.ts";
import { usageInput } from "./view.ts";

type Usage = Figures["usage"];

/** What was used of a meter, and by whom. */
export function UsageCard({ state }: { state: ViewState }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.analytics.usage.queryOptions(usageInput(state.view), { placeholderData: keepPreviousData }),
  );
  return (
    <ChartCard
      title="Usage"
      description="Credits spent: events recorded and tickets settled."
      query={query}
      table="usage"
      state={state}
      never={{
        icon: IconGauge,
        title: "No usage has been recorded yet",
        text: "A meter counts what is used of a product, such as minutes rendered. Applications spend credits on it.",
        action: (
          <LinkButton href="/admin/products" variant="default">
            Add a meter to a product
          </LinkButton>
        ),
      }}
      draw={(data) => drawing(data, state)}
    />
  );
}

function drawing(
  { span, points, meters, meterId, customers, customersFrom }: Usage,
  state: ViewState,
): Drawing {
  const { step } = span;
  const meter = meters.find(({ id }) => id === meterId);
  const name = meter?.name ?? "Usage";
  const series = [{ name, color: "indigo.5" }];
  return {
    lead: meters.length > 1 && (
      <Select
        aria-label="Meter"
        mb="md"
        maw="20rem"
        allowDeselect={false}
        data={meters.map((each) => ({ value: each.id, label: `${each.name} · ${each.productName}` }))}
        value={meterId}
        onChange={(id) => state.show({ meterId: id ?? undefined })}
      />
    ),
    summary: `${formatNumber(meter?.total ?? 0)} ${meter?.unit ?? ""} of ${name} used ${bySteps(step)}.`,
    legend: series,
    table: {
      head: [stepHeading(step), meter?.unit ?? "Used"],
      rows: points.map(({ start, value }) => [stepWords(step, start), value]),
    },
    chart: (
      <BarChart
        {...CHART_LOOK}
        data={points.map(({ start, value }) => ({ at: stepWords(step, start), [name]: value }))}
        dataKey="at"
        series={series}
        yAxisProps={{ ...CHART_LOOK.yAxisProps, width: 60 }}
      />
    ),
    below: (
      <>
        <Text fz="sm" mt="sm">
          <b>{formatNumber(meter?.total ?? 0)}</b> {meter?.unit} of {name} in this period.
        </Text>
        {state.view.customerId === undefined && (
          <Customers customers={customers} from={customersFrom} span={span} state={state} />
        )}
      </>
    ),
  };
}

function Customers({
  customers,
  from,
  span,
  state,
}: {
  customers: Usage["customers"];
  from: Date | null;
  span: Usage["span"];
  state: ViewState;
}) {
  return (
    <Box mt="lg">
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={3} fz="h4">
          Who used most
        </Title>
        {customers.length > 0 && (
          <Downloads title="Who used most" view={state.view} table="usage_customers" />
        )}
      </Group>
      {from === null ? (
        <Text fz="sm">More customers were active on one day than can be compared here.</Text>
      ) : (
        <>
          {from > span.from && (
            <Text fz="sm" c="dimmed" mb="sm">
              Counted from {dayWords(from)} on: there are too many customers for the whole period.
            </Text>
          )}
          <Bars
            label="Customers"
            color="indigo.5"
            bars={customers.map(({ customerId, name, value }) => ({
              key: customerId,
              value,
              name: (
                <Anchor component="button" type="button" fz="sm" onClick={() => state.show({ customerId })}>
                  {name}
                </Anchor>
              ),
            }))}
          />
        </>
      )}
    </Box>
  );
}

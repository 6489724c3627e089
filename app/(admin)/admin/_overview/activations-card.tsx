"use client";

import { BarChart } from "@mantine/charts";
import { Box, Card, Title } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { countOf } from "../../../_components/format.ts";
import { LinkButton } from "../../../_components/links.tsx";
import type { Numbers } from "./numbers.ts";
import "@mantine/charts/styles.layer.css";

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export function ActivationsCard({ days }: { days: Numbers["activationsByDay"] }) {
  const total = days.reduce((sum, { count }) => sum + count, 0);
  const most = days.reduce((best, entry) => (entry.count > best.count ? entry : best), { day: "", count: 0 });
  const data = days.map(({ day: iso, count }) => ({ day: day.format(new Date(iso)), "New devices": count }));
  return (
    <Card component="section" aria-label="New devices per day" h="100%">
      <Title order={2} fz="h3" mb="md">
        New devices per day
      </Title>
      {total === 0 ? (
        <EmptyState
          icon={IconPlugConnected}
          title="No activations yet"
          action={
            <LinkButton href="/admin/products" variant="default">
              Get the code for your product
            </LinkButton>
          }
        >
          A device is counted the first time an application activates a license on it. A product's page has
          the ten lines that do it. Days are in UTC.
        </EmptyState>
      ) : (
        <Box
          role="img"
          aria-label={`${countOf(total, "new device")} in the last 30 days, most on ${day.format(new Date(most.day))}: ${most.count}.`}
        >
          <BarChart
            h={240}
            data={data}
            dataKey="day"
            series={[{ name: "New devices", color: "petrol.5" }]}
            gridAxis="x"
            tickLine="none"
            xAxisProps={{ interval: "preserveStartEnd", minTickGap: 48 }}
            yAxisProps={{ allowDecimals: false, width: 34 }}
            barProps={{ radius: [3, 3, 0, 0] }}
            maxBarWidth={22}
          />
        </Box>
      )}
    </Card>
  );
}

"use client";

import { CompositeChart } from "@mantine/charts";
import { Alert, Badge, CloseButton, Group, Text } from "@mantine/core";
import { IconArmchair, IconBulb } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CHART_LOOK } from "../../../_components/chart-look.ts";
import { countOf, formatNumber } from "../../../_components/format.ts";
import { LinkButton } from "../../../_components/links.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ChartCard, type Drawing } from "./chart-card.tsx";
import type { Figures } from "./figures.ts";
import { bySteps, stepHeading, stepWords } from "./time-words.ts";
import type { ViewState } from "./use-view.ts";
import { adviceSummary, VERDICTS } from "./verdicts.ts";
import { seatsInput } from "./view.ts";

type Seats = Figures["seats"];

const SERIES = [
  { name: "In use", color: "petrol.5", type: "bar" },
  { name: "Turned away", color: "red.5", type: "bar" },
  { name: "Seats", color: "copper.5", type: "line", strokeDasharray: "5 3" },
] as const;

/** The most seats in use at once, against those paid for, and what that says about the next renewal. */
export function SeatsCard({ state }: { state: ViewState }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.analytics.seats.queryOptions(seatsInput(state.view), { placeholderData: keepPreviousData }),
  );
  return (
    <ChartCard
      title="Seats in use"
      description={
        state.view.licenseId === undefined
          ? "The most at one moment, license by license and added up, against the seats paid for."
          : "The most at one moment, against the seats paid for."
      }
      query={query}
      table="seats"
      state={state}
      never={{
        icon: IconArmchair,
        title: "No seat has been used yet",
        text: "Licenses with floating seats are shared by more people than there are seats. What is held at once is drawn here.",
        action: (
          <LinkButton href="/admin/policies" variant="default">
            Give a policy seats
          </LinkButton>
        ),
      }}
      draw={(data) => drawing(data, state)}
    />
  );
}

function drawing({ span, points, licenses }: Seats, state: ViewState): Drawing {
  const { step } = span;
  const most = Math.max(...points.map(({ peak }) => peak));
  const turnedAway = points.reduce((total, point) => total + point.turnedAway, 0);
  return {
    lead: <Advice licenses={licenses} state={state} />,
    summary: `Seats in use ${bySteps(step)}: at most ${formatNumber(most)}; ${countOf(turnedAway, "person was", "people were")} turned away.`,
    legend: SERIES,
    table: {
      head: [stepHeading(step), "In use", "Turned away", "Seats"],
      rows: points.map(({ start, peak, turnedAway: people, capacity }) => [
        stepWords(step, start),
        peak,
        people,
        capacity ?? "not known",
      ]),
    },
    chart: (
      <CompositeChart
        {...CHART_LOOK}
        data={points.map(({ start, peak, turnedAway: people, capacity }) => ({
          at: stepWords(step, start),
          "In use": peak,
          "Turned away": people,
          Seats: capacity,
        }))}
        dataKey="at"
        series={[...SERIES]}
        barProps={{ stackId: "people" }}
        curveType="step"
        withDots={false}
        withLegend
      />
    ),
  };
}

/** What to say of the license that is looked at, or of all together. */
function Advice({ licenses, state }: { licenses: Seats["licenses"]; state: ViewState }) {
  const [only, ...others] = licenses;
  if (only === undefined) return null;
  const single = others.length === 0;
  const { label, color } = VERDICTS[only.advice.verdict];
  return (
    <Alert
      color={single ? color : "petrol"}
      icon={<IconBulb size={18} />}
      mb="md"
      title={
        single && (
          <Group gap={8} component="span">
            {label}
            <Badge variant="default" component="span">
              {only.license.customerName} · {only.license.keyHint}
            </Badge>
            {state.view.licenseId !== undefined && (
              <CloseButton
                size="xs"
                aria-label="Show all licenses"
                onClick={() => state.show({ licenseId: undefined })}
              />
            )}
          </Group>
        )
      }
    >
      <Text fz="sm">
        {single ? only.advice.sentence : adviceSummary(licenses.map(({ advice }) => advice.verdict))}
      </Text>
    </Alert>
  );
}

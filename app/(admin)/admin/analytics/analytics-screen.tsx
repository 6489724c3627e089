"use client";

import { Grid, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { PageHeader } from "../../../_components/page-header.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ActivationsCard } from "./activations-card.tsx";
import { DenialsCard } from "./denials-card.tsx";
import { Filters } from "./filters.tsx";
import { RenewalsCard } from "./renewals-card.tsx";
import { SeatsCard } from "./seats-card.tsx";
import { SpreadCard } from "./spread-card.tsx";
import { momentWords, spanWords } from "./time-words.ts";
import { TrialsCard } from "./trials-card.tsx";
import { UsageCard } from "./usage-card.tsx";
import { useView, type ViewState } from "./use-view.ts";
import { chartInput } from "./view.ts";
import "@mantine/charts/styles.layer.css";

export function AnalyticsScreen() {
  const state = useView();
  return (
    <>
      <PageHeader
        title="Analytics"
        description="How licenses are used over time, and what that says about the next renewal."
      />
      <Filters state={state} />
      <Freshness state={state} />
      <Stack gap="lg">
        <SeatsCard state={state} />
        <RenewalsCard state={state} />
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <DenialsCard state={state} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <UsageCard state={state} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <ActivationsCard state={state} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <TrialsCard state={state} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <SpreadCard of="versions" state={state} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <SpreadCard of="platforms" state={state} />
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}

/** Which time is shown, in which zone, and until when it is complete. */
function Freshness({ state: { view } }: { state: ViewState }) {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.analytics.activations.queryOptions(chartInput(view), { placeholderData: keepPreviousData }),
  );
  if (data === undefined) return null;
  const { span, completeUntil } = data;
  return (
    <Text fz="sm" c="dimmed" mb="lg" component="div">
      {spanWords(span)}, by the hours and days of UTC.{" "}
      {completeUntil === null ? (
        "Nothing has been computed yet; the worker does so every five minutes."
      ) : (
        <>
          Complete up to {momentWords(completeUntil)} (<RelativeTime at={completeUntil} />
          ); what came after is added every five minutes.
        </>
      )}
    </Text>
  );
}

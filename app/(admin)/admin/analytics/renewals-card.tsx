"use client";

import { Badge, Box, Button, Card, Group, Progress, Skeleton, Stack, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { formatNumber } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import classes from "./analytics.module.css";
import { Downloads } from "./downloads.tsx";
import type { Figures } from "./figures.ts";
import { dayWords } from "./time-words.ts";
import type { ViewState } from "./use-view.ts";
import { VERDICTS } from "./verdicts.ts";
import { seatsInput } from "./view.ts";

/** Each license with seats, the most urgent first, and what its use says about its renewal. */
export function RenewalsCard({ state }: { state: ViewState }) {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.analytics.seats.queryOptions(seatsInput(state.view), { placeholderData: keepPreviousData }),
  );
  const id = useId();
  if (data === undefined) return <Skeleton height={200} radius="lg" />;
  const { licenses, licensesFrom, span } = data;
  // Why there is none is said where seats are drawn.
  if (licenses.length === 0 && licensesFrom !== null) return null;
  return (
    <Card component="section" aria-labelledby={id}>
      <Group justify="space-between" align="flex-start" gap="sm" mb="md">
        <Box flex="1 1 14rem" miw={0}>
          <Title order={2} fz="h3" id={id}>
            Advice for renewals
          </Title>
          <Text fz="sm" c="dimmed">
            Licenses whose seats were used in this period, and those that end within 90 days.
            {licensesFrom !== null &&
              licensesFrom > span.from &&
              ` Counted from ${dayWords(licensesFrom)} on.`}
          </Text>
        </Box>
        {licenses.length > 0 && <Downloads title="Advice for renewals" view={state.view} table="renewals" />}
      </Group>
      {licensesFrom === null ? (
        <Text fz="sm">More licenses were used on one day than can be compared here. Choose a customer.</Text>
      ) : (
        <ul className={classes.list}>
          {licenses.map((each) => (
            <License key={each.license.id} {...each} state={state} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function License({
  license,
  use,
  advice,
  state,
}: Figures["seats"]["licenses"][number] & { state: ViewState }) {
  const { label, color } = VERDICTS[advice.verdict];
  const shown = state.view.licenseId === license.id;
  return (
    <li className={classes.license}>
      <Stack gap={2} miw={0}>
        <Group gap={8}>
          <Text fz="sm" fw={600}>
            {license.customerName}
          </Text>
          <Badge color={color}>{label}</Badge>
        </Group>
        <Text fz="xs" c="dimmed" component="div">
          <TextLink href={`/admin/licenses/${license.id}`} fz="xs" underline="always">
            {license.keyPrefix}-…-{license.keyHint}
          </TextLink>
          {` · ${license.productName}`}
          {license.expiresAt !== null && (
            <>
              {" · ends "}
              <RelativeTime at={license.expiresAt} />
            </>
          )}
        </Text>
      </Stack>
      <Box>
        <Text fz="sm" className="tabular" mb={4}>
          <b>{formatNumber(use.peak)}</b> of {formatNumber(use.seats)} at most
        </Text>
        <Progress
          value={use.seats === 0 ? 100 : Math.min(100, (use.peak / use.seats) * 100)}
          color={color}
          size={6}
          aria-hidden
        />
      </Box>
      <Text fz="sm" className={classes.sentence ?? ""}>
        {advice.sentence}
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        disabled={shown}
        aria-label={`Draw the seats of ${license.customerName}, ${license.keyHint}`}
        onClick={() => state.show({ licenseId: license.id })}
      >
        {shown ? "Drawn above" : "Draw"}
      </Button>
    </li>
  );
}

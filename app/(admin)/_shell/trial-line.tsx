"use client";

import { Group, Progress, Text } from "@mantine/core";
import { useIsMutating, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { countOf, formatNumber } from "../../_components/format.ts";
import { TextLink } from "../../_components/links.tsx";
import { ToneBadge } from "../../_components/status-badge.tsx";
import { useTRPC } from "../../_trpc/client.tsx";

const ASKED_EVERY_MS = 30_000;
const PROMOTE = "/admin/promote";

const LOOKS = {
  good: { tone: "neutral", label: "Trial", bar: "petrol" },
  near: { tone: "warning", label: "Trial", bar: "copper" },
  over: { tone: "bad", label: "Trial used up", bar: "red" },
} as const;

/** What a limited trial has left, above every screen; nothing for an account without limits. */
export function TrialLine({ path, mayPromote }: { path: string; mayPromote: boolean }) {
  const trpc = useTRPC();
  const changing = useIsMutating() > 0;
  const { data: trial, refetch } = useQuery(
    trpc.promotion.trial.queryOptions(undefined, { refetchInterval: ASKED_EVERY_MS }),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever goes on to another screen may have issued licenses.
  useEffect(() => {
    if (!changing) refetch({ cancelRefetch: false });
  }, [path, changing, refetch]);
  if (trial === undefined || trial === null) return null;
  const { licensesMax, issued, daysLeft, state } = trial;
  const { bar, ...badge } = LOOKS[state];
  return (
    <Group component="section" aria-label="Trial" gap="sm" mb="md" wrap="nowrap" align="flex-start">
      <ToneBadge {...badge} />
      <Progress
        value={(issued / licensesMax) * 100}
        color={bar}
        w={88}
        mt={8}
        flex="none"
        visibleFrom="sm"
        aria-hidden
      />
      <Text fz="sm">
        {formatNumber(issued)} of {countOf(licensesMax, "license")} issued,{" "}
        {daysLeft === 0 ? "the trial has ended" : `${countOf(daysLeft, "day")} left`}
        {state === "over" && "; nothing new is issued, and what was issued goes on working"}
        {mayPromote && path !== PROMOTE ? (
          <>
            .{" "}
            <TextLink href={PROMOTE} fz="sm" underline="always">
              Go to production
            </TextLink>
          </>
        ) : (
          "."
        )}
      </Text>
    </Group>
  );
}

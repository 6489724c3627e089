"use client";

import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { countOf, formatNumber } from "../../_components/format.ts";
import { TextLink } from "../../_components/links.tsx";
import { ToneBadge } from "../../_components/status-badge.tsx";
import { useTRPC } from "../../_trpc/client.tsx";

const ASKED_EVERY_MS = 30_000;

const LOOKS = {
  good: { tone: "neutral", label: "Trial" },
  near: { tone: "warning", label: "Trial" },
  over: { tone: "bad", label: "Trial used up" },
} as const;

/** What a limited trial has left, above every screen; nothing for an account without limits. */
export function TrialLine({ path, mayPromote }: { path: string; mayPromote: boolean }) {
  const trpc = useTRPC();
  const { data: trial, refetch } = useQuery(
    trpc.promotion.trial.queryOptions(undefined, { refetchInterval: ASKED_EVERY_MS }),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever goes on to another screen may have issued licenses.
  useEffect(() => {
    refetch();
  }, [path, refetch]);
  if (trial === undefined || trial === null) return null;
  const { licensesMax, issued, daysLeft, state } = trial;
  return (
    <Group component="section" aria-label="Trial" gap="xs" mb="md">
      <ToneBadge {...LOOKS[state]} />
      <Text fz="sm">
        {formatNumber(issued)} of {countOf(licensesMax, "license")} issued,{" "}
        {daysLeft === 0 ? "the trial has ended" : `${countOf(daysLeft, "day")} left`}
        {state === "over" && "; nothing new is issued, and what was issued goes on working"}
        {mayPromote ? (
          <>
            .{" "}
            <TextLink href="/admin/promote" fz="sm" underline="always">
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

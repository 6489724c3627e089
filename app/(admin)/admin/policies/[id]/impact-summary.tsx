"use client";

import { Alert, Anchor, List, Skeleton, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { describeFailure } from "../../../../_components/failure.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { impactLines, movingCount, sampleWords } from "./impact-words.ts";
import type { ImpactData } from "./policy-data.ts";

/** The impact of a draft in a few lines, for who is about to publish it. */
export function DraftImpact({ policyId }: { policyId: string }) {
  const trpc = useTRPC();
  const impact = useQuery(trpc.policy.impact.queryOptions({ policyId }, { staleTime: 0 }));
  return (
    <Stack gap={4} component="section" aria-label="Impact">
      <Text fz="sm" fw={600}>
        If its licenses move to it
      </Text>
      <ImpactLines impact={impact.data} error={impact.error} />
      <Anchor
        component={Link}
        href={`/admin/policies/${policyId}?tab=impact`}
        fz="sm"
        onClick={() => modals.closeAll()}
      >
        See the whole impact
      </Anchor>
    </Stack>
  );
}

export function ImpactLines({ impact, error }: { impact: ImpactData | undefined; error: unknown }) {
  if (impact === undefined && error) {
    return (
      <Alert color="red" role="alert">
        {describeFailure(error).message}
      </Alert>
    );
  }
  if (impact === undefined) {
    return (
      <Stack gap={8} aria-busy aria-label="Counting">
        <Skeleton h={14} w="70%" />
        <Skeleton h={14} w="90%" />
      </Stack>
    );
  }
  const sample = sampleWords(impact);
  return (
    <List spacing={4} fz="sm">
      <List.Item>
        {impact.licenses.moving === 0
          ? "No license is touched."
          : `${movingCount(impact.licenses)} ${impact.licenses.moving === 1 ? "license is" : "licenses are"} touched.`}
      </List.Item>
      {impact.licenses.moving > 0 &&
        impactLines(impact).map((line) => <List.Item key={line}>{line}</List.Item>)}
      {sample !== undefined && <List.Item>{sample}</List.Item>}
    </List>
  );
}

"use client";

import { Button, Card, Group, NativeSelect, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { usePathname, useSearchParams } from "next/navigation";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { changeAddress } from "../../../../_components/table-url.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { ImpactDecisions } from "./impact-decisions.tsx";
import { ImpactNumbers } from "./impact-numbers.tsx";
import { sampleWords } from "./impact-words.ts";
import type { PolicyData } from "./policy-data.ts";

/** What it would do to licenses to be under the draft, or under one of the versions. */
export function ImpactTab({
  policy: { id, draft, versions },
  toDraft,
}: {
  policy: PolicyData;
  /** Leads to where the draft is changed and published; undefined for who may not. */
  toDraft: (() => void) | undefined;
}) {
  const trpc = useTRPC();
  const params = useSearchParams();
  const path = usePathname();
  const choices = [
    ...(draft === null ? [] : [{ value: "draft", label: "the draft", versionId: undefined }]),
    ...versions.map((version) => ({
      value: String(version.number),
      label: `version ${version.number}`,
      versionId: version.id,
    })),
  ];
  const chosen = choices.find(({ value }) => value === params.get("impact")) ?? choices[0];
  const impact = useQuery(
    trpc.policy.impact.queryOptions(
      { policyId: id, ...(chosen?.versionId === undefined ? {} : { versionId: chosen.versionId }) },
      { enabled: chosen !== undefined && versions.length > 0 },
    ),
  );

  if (chosen === undefined || versions.length === 0) {
    return (
      <Card padding={0}>
        <EmptyState icon={IconScale} title="Nothing to weigh yet">
          Once a version is published and licenses are under it, this says what a change of rules would do to
          them, and which of the last 30 days' decisions would have come out differently.
        </EmptyState>
      </Card>
    );
  }
  return (
    <Stack gap="md">
      <Card component="section" aria-label="What is weighed">
        <Title order={2} fz="h3" mb={4}>
          If licenses were under {chosen.label}
        </Title>
        <Text fz="sm" c="dimmed" mb="sm" maw="46rem">
          Publishing moves no license; moving does. Each recorded decision is made again by itself, as it was
          asked and with what was in use then; what would have followed from another outcome is not played
          through.
        </Text>
        <Group align="flex-end" gap="sm">
          <NativeSelect
            label="Weigh"
            w={240}
            data={choices.map(({ value, label }) => ({
              value,
              label: label.replace(/^./, (first) => first.toUpperCase()),
            }))}
            value={chosen.value}
            onChange={({ currentTarget: { value } }) =>
              window.history.replaceState(
                null,
                "",
                `${path}?${changeAddress(new URLSearchParams(params), { impact: value })}`,
              )
            }
          />
          {chosen.value === "draft" && toDraft !== undefined && (
            <Button variant="default" onClick={toDraft}>
              Change or publish the draft
            </Button>
          )}
        </Group>
      </Card>
      {impact.data === undefined && impact.error ? (
        <ErrorState error={impact.error} retry={() => impact.refetch()} busy={impact.isFetching} />
      ) : impact.data === undefined ? (
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} aria-busy aria-label="Counting">
          {["licenses", "devices", "seats", "decisions"].map((name) => (
            <Skeleton key={name} h={104} radius="md" />
          ))}
        </SimpleGrid>
      ) : (
        <>
          <ImpactNumbers impact={impact.data} />
          <ImpactDecisions decisions={impact.data.decisions} sample={sampleWords(impact.data)} />
        </>
      )}
    </Stack>
  );
}

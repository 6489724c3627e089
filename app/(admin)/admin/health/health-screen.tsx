"use client";

import { Card, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { useNow } from "../../../_components/relative-time.tsx";
import { ToneBadge } from "../../../_components/status-badge.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { CopiesCard } from "./copies-card.tsx";
import { FindingsCard } from "./findings-card.tsx";
import { findings } from "./health.ts";
import { JobsCard } from "./jobs-card.tsx";
import { ProcessesCard } from "./processes-card.tsx";

const REFRESH_MS = 10_000;

/** Whether the installation runs as it should, and what to do where it does not. Follows what happens within ten seconds. */
export function HealthScreen() {
  const trpc = useTRPC();
  const health = useQuery(trpc.health.get.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const now = useNow(REFRESH_MS);
  const found = health.data && findings(health.data, now);
  return (
    <>
      <PageHeader
        title="Health"
        description="What runs, what it keeps up with, and what it rests on. Looks again by itself every ten seconds."
        badge={found && <Verdict bad={found.some(({ tone }) => tone === "bad")} count={found.length} />}
      />
      {health.data === undefined || found === undefined ? (
        <Card padding={0}>
          {health.error ? (
            <ErrorState error={health.error} retry={() => health.refetch()} busy={health.isFetching} />
          ) : (
            <TableSkeleton columns={3} rows={6} />
          )}
        </Card>
      ) : (
        <Stack gap="lg">
          {found.length > 0 && <FindingsCard findings={found} />}
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
            <ProcessesCard processes={health.data.processes} />
            <CopiesCard health={health.data} now={now} />
          </SimpleGrid>
          <JobsCard jobs={health.data.jobs} now={now} />
        </Stack>
      )}
    </>
  );
}

function Verdict({ count, bad }: { count: number; bad: boolean }) {
  if (count === 0) return <ToneBadge tone="good" label="All well" />;
  return (
    <ToneBadge
      tone={bad ? "bad" : "warning"}
      label={count === 1 ? "1 thing to look at" : `${count} things to look at`}
    />
  );
}

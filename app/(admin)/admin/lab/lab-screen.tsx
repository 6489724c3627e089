"use client";

import { Card, SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ScenarioCard } from "./scenario-card.tsx";

const HEAR_MS = 5_000;

/** What licensing does in practice, played by real programs. */
export function LabScreen() {
  const trpc = useTRPC();
  // Often, so that a page that is open hears of what another one has begun.
  const scenarios = useQuery(trpc.lab.list.queryOptions(undefined, { refetchInterval: HEAR_MS }));
  return (
    <>
      <PageHeader
        title="Scenario lab"
        description="Real programs with the real SDK, against your LicenseServer. Each scenario has a product and a license of its own, which your lists and figures leave out and which end with it."
      />
      {scenarios.data === undefined ? (
        <Card padding={scenarios.error ? "lg" : 0}>
          {scenarios.error ? (
            <ErrorState
              error={scenarios.error}
              retry={() => scenarios.refetch()}
              busy={scenarios.isFetching}
            />
          ) : (
            <TableSkeleton columns={2} rows={6} />
          )}
        </Card>
      ) : (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" style={{ alignItems: "start" }}>
          {scenarios.data.map((scenario) => (
            <ScenarioCard key={scenario.name} scenario={scenario} />
          ))}
        </SimpleGrid>
      )}
    </>
  );
}

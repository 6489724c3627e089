"use client";

import { Card, Stack, Text } from "@mantine/core";
import { IconGauge } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { MeterCard } from "./meter-card.tsx";

/** What is left of a customer's credits, how long they last, and what they were used for. */
export function UsageScreen({ vendorName }: { vendorName: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.portal.usage.meters.queryOptions());
  const { data } = query;

  function body() {
    if (data === undefined)
      return (
        <Card padding={0}>
          {query.error ? (
            <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
          ) : (
            <TableSkeleton columns={2} rows={6} />
          )}
        </Card>
      );
    if (data.meters.length === 0)
      return (
        <Card>
          <EmptyState icon={IconGauge} title="Nothing is metered">
            None of your licenses from {vendorName} counts what is used. Credits appear here once one does.
          </EmptyState>
        </Card>
      );
    return (
      <Stack gap="lg">
        {data.meters.map((meter) => (
          <MeterCard key={meter.id} meter={meter} completeUntil={data.completeUntil} />
        ))}
        {data.isMore && (
          <Text fz="sm" c="dimmed">
            There are more balances than fit here; the others are on the pages of their licenses.
          </Text>
        )}
      </Stack>
    );
  }

  return (
    <>
      <PageHeader
        title="Usage and credits"
        description="What is left, how it was used, and how long it lasts."
      />
      {body()}
    </>
  );
}

"use client";

import { Card, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { BundlesCard } from "./bundles-card.tsx";
import { KeysCard } from "./keys-card.tsx";
import { PreparedCard } from "./prepared-card.tsx";
import { RootCard } from "./root-card.tsx";
import { SnapshotCard } from "./snapshot-card.tsx";

export function TrustScreen({ tenantSlug, mayRotate }: { tenantSlug: string; mayRotate: boolean }) {
  const trpc = useTRPC();
  const trust = useQuery(trpc.trust.get.queryOptions());
  return (
    <>
      <PageHeader
        title="Trust"
        description="The keys that applications believe. They pin the root; everything else follows from it, also when keys change."
      />
      {trust.data === undefined ? (
        <Card padding={0}>
          {trust.error ? (
            <ErrorState error={trust.error} retry={() => trust.refetch()} busy={trust.isFetching} />
          ) : (
            <TableSkeleton columns={3} rows={6} />
          )}
        </Card>
      ) : (
        <Stack gap="lg">
          {trust.data.root.prepared !== undefined && (
            <PreparedCard root={trust.data.root} prepared={trust.data.root.prepared} mayRotate={mayRotate} />
          )}
          <RootCard root={trust.data.root} mayRotate={mayRotate} />
          <KeysCard keys={trust.data.keys} mayRotate={mayRotate} />
          <BundlesCard />
          <SnapshotCard tenantSlug={tenantSlug} />
        </Stack>
      )}
    </>
  );
}

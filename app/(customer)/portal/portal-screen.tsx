"use client";

import { Box, Button, Card, Skeleton, Stack } from "@mantine/core";
import { IconCertificate, IconFilterOff } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../_components/empty-state.tsx";
import { ErrorState } from "../../_components/error-state.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { TableFooter } from "../../_components/table-footer.tsx";
import { TableToolbar } from "../../_components/table-toolbar.tsx";
import { useTable } from "../../_components/use-table.ts";
import { useTRPC } from "../../_trpc/client.tsx";
import { LicenseCard } from "./license-card.tsx";
import { OWN_LICENSES } from "./list.ts";
import { StateTiles } from "./state-tiles.tsx";

/** Search and filters are for those who have more licenses than they see at once. */
const FEW = 5;

/** The signed-in customer's licenses, newest first. */
export function PortalScreen({ vendorName }: { vendorName: string }) {
  const trpc = useTRPC();
  const table = useTable(OWN_LICENSES);
  const summary = useQuery(trpc.portal.license.summary.queryOptions());
  const licenses = useQuery(
    trpc.portal.license.list.queryOptions(table.input, { placeholderData: keepPreviousData }),
  );
  const many = (summary.data?.total ?? 0) > FEW || table.narrowed;

  function body() {
    if (licenses.data === undefined) {
      if (!licenses.error) return <Loading />;
      return (
        <Card>
          <ErrorState error={licenses.error} retry={() => licenses.refetch()} busy={licenses.isFetching} />
        </Card>
      );
    }
    const { items, nextCursor } = licenses.data;
    if (items.length === 0 && table.page === 1) {
      return (
        <Card padding={0}>
          {table.narrowed ? (
            <EmptyState
              icon={IconFilterOff}
              title="No license like that"
              action={
                <Button variant="default" onClick={table.clear}>
                  Show all licenses
                </Button>
              }
            >
              None of your licenses fits the search and the choice above.
            </EmptyState>
          ) : (
            <EmptyState icon={IconCertificate} title="No licenses yet">
              As soon as {vendorName} issues you a license, it appears here: whether it works, until when, and
              on which devices it is in use.
            </EmptyState>
          )}
        </Card>
      );
    }
    return (
      <Stack gap="md" opacity={licenses.isPlaceholderData ? 0.6 : 1}>
        {items.map((license) => (
          <LicenseCard key={license.id} license={license} vendorName={vendorName} />
        ))}
        <TableFooter table={table} shown={items.length} nextCursor={nextCursor} />
      </Stack>
    );
  }

  return (
    <>
      <PageHeader title="My licenses" description="What you may use, until when, and where it is in use." />
      {summary.data !== undefined && many && (
        <Box mb="md">
          <StateTiles summary={summary.data} table={table} />
          <TableToolbar table={table} search="Search a license key, or its last five characters" />
        </Box>
      )}
      {body()}
    </>
  );
}

function Loading() {
  return (
    <Stack gap="md" role="status" aria-label="Loading">
      <Skeleton height={150} radius="lg" />
      <Skeleton height={150} radius="lg" />
    </Stack>
  );
}

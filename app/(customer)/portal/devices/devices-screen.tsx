"use client";

import { Button, Card, Stack } from "@mantine/core";
import { IconDeviceDesktop, IconFilterOff } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { LinkButton } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableFooter } from "../../../_components/table-footer.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { TableToolbar } from "../../../_components/table-toolbar.tsx";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { DeviceList } from "./device-list.tsx";
import { OWN_DEVICES } from "./list.ts";

/** Every device in use on the customer's licenses. */
export function DevicesScreen({ vendorName, mayDeactivate }: { vendorName: string; mayDeactivate: boolean }) {
  const trpc = useTRPC();
  const table = useTable(OWN_DEVICES);
  const query = useQuery(
    trpc.portal.device.list.queryOptions(table.input, { placeholderData: keepPreviousData }),
  );
  const isEmpty = query.data?.items.length === 0 && table.page === 1 && !table.narrowed;

  function body() {
    if (query.data === undefined) {
      return (
        <Card>
          {query.error ? (
            <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
          ) : (
            <TableSkeleton columns={3} rows={6} />
          )}
        </Card>
      );
    }
    const { items, nextCursor } = query.data;
    if (items.length === 0 && table.page === 1) {
      return (
        <Card padding={0}>
          {table.narrowed ? (
            <EmptyState
              icon={IconFilterOff}
              title="No device like that"
              action={
                <Button variant="default" onClick={table.clear}>
                  Show all devices
                </Button>
              }
            >
              None of the devices in use fits what is asked for above.
            </EmptyState>
          ) : (
            <EmptyState
              icon={IconDeviceDesktop}
              title="No device yet"
              action={
                <LinkButton href="/portal" variant="default">
                  See your licenses
                </LinkButton>
              }
            >
              A device appears here once somebody enters one of your license keys in the application.
            </EmptyState>
          )}
        </Card>
      );
    }
    return (
      <Stack gap="md">
        <Card padding="sm" opacity={query.isPlaceholderData ? 0.6 : 1}>
          <DeviceList devices={items} vendorName={vendorName} mayDeactivate={mayDeactivate} of="customer" />
        </Card>
        <TableFooter table={table} shown={items.length} nextCursor={nextCursor} />
      </Stack>
    );
  }

  return (
    <>
      <PageHeader
        title="Devices"
        description="Where your licenses are in use. Give a device a name you recognise, or free its place for another."
      />
      {!isEmpty && (
        <Card padding="sm" mb="md">
          <TableToolbar table={table} search="Search a name or a platform" />
        </Card>
      )}
      {body()}
    </>
  );
}

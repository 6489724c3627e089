"use client";

import { Box, Card } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { LinkButton } from "../../../_components/links.tsx";
import { LiveBadge } from "../../../_components/live-badge.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableToolbar } from "../../../_components/table-toolbar.tsx";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { CustomerSelect } from "../customers/customer-select.tsx";
import { SEATS, SEATS_OF_ONE } from "./list.ts";
import { OnePool } from "./one-pool.tsx";
import { Pools } from "./pools.tsx";
import { useLiveSeats } from "./use-live-seats.ts";

/** Who holds which seat now, of all licenses or of one. */
export function SeatsScreen({
  licenseId,
  mayRelease,
}: {
  licenseId: string | undefined;
  mayRelease: boolean;
}) {
  return licenseId === undefined ? (
    <AllSeats mayRelease={mayRelease} />
  ) : (
    <SeatsOfOne licenseId={licenseId} mayRelease={mayRelease} />
  );
}

function AllSeats({ mayRelease }: { mayRelease: boolean }) {
  const trpc = useTRPC();
  const table = useTable(SEATS);
  const live = useLiveSeats();
  const products = useQuery(trpc.product.list.queryOptions());
  return (
    <>
      <PageHeader
        title="Live seats"
        badge={<LiveBadge state={live} />}
        description="Who holds which floating seat at this moment. It changes by itself as applications check out, renew and give back."
      />
      <Card padding="sm" mb="md">
        <TableToolbar
          table={table}
          search="Search a holder"
          filters={[
            {
              name: "productId",
              any: "Any product",
              options: (products.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
            },
          ]}
          more={
            <CustomerSelect
              aria-label="Any customer"
              placeholder="Any customer"
              flex="1 1 8.5rem"
              maw="14rem"
              clearable
              value={table.filter("customerId") ?? null}
              onChange={(id) => table.setFilter("customerId", id ?? undefined)}
            />
          }
        />
      </Card>
      <Pools table={table} mayRelease={mayRelease} />
    </>
  );
}

function SeatsOfOne({ licenseId, mayRelease }: { licenseId: string; mayRelease: boolean }) {
  const table = useTable(SEATS_OF_ONE);
  const live = useLiveSeats(licenseId);
  return (
    <>
      <PageHeader
        title="Seats of a license"
        crumbs={[{ label: "Live seats", href: "/admin/seats" }]}
        badge={<LiveBadge state={live} />}
        actions={
          <LinkButton href={`/admin/licenses/${licenseId}`} variant="default">
            Open the license
          </LinkButton>
        }
      />
      <Card padding="sm" mb="md">
        <Box>
          <TableToolbar table={table} search="Search a holder" />
        </Box>
      </Card>
      <OnePool licenseId={licenseId} cursor={table.input.cursor} table={table} mayRelease={mayRelease} />
    </>
  );
}

"use client";

import { Button, Card, Skeleton, Stack } from "@mantine/core";
import { IconArmchair, IconFilterOff } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { LinkButton } from "../../../_components/links.tsx";
import { TableFooter } from "../../../_components/table-footer.tsx";
import type { Table } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import type { SEATS } from "./list.ts";
import { PoolCard } from "./pool-card.tsx";

/** Every pool of which a seat is held. */
export function Pools({ table, mayRelease }: { table: Table<typeof SEATS.filters>; mayRelease: boolean }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.seat.pools.queryOptions(table.input, { placeholderData: keepPreviousData }));
  const { data, error, dataUpdatedAt } = query;
  if (data === undefined) {
    return (
      <Card>
        {error ? (
          <ErrorState error={error} retry={() => query.refetch()} busy={query.isFetching} />
        ) : (
          <PoolSkeleton />
        )}
      </Card>
    );
  }
  if (data.items.length === 0 && table.page === 1) return <Card padding={0}>{nobody(table)}</Card>;
  return (
    <Stack gap="md">
      {data.items.map((pool) => (
        <PoolCard
          key={pool.license.id}
          pool={pool}
          aheadMs={data.at.getTime() - dataUpdatedAt}
          mayRelease={mayRelease}
        />
      ))}
      <TableFooter table={table} shown={data.items.length} nextCursor={data.nextCursor} />
    </Stack>
  );
}

function nobody(table: Table<typeof SEATS.filters>) {
  if (table.narrowed) {
    return (
      <EmptyState
        icon={IconFilterOff}
        title="Nobody holds a seat here"
        action={
          <Button variant="default" onClick={table.clear}>
            Clear search and filters
          </Button>
        }
      >
        Of what fits the search and filters above, no seat is in use at the moment.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={IconArmchair}
      title="Nobody holds a seat"
      action={
        <LinkButton href="/admin/policies" variant="default">
          See which policies have seats
        </LinkButton>
      }
    >
      When an application checks out a floating seat, it appears here at once, with its holder and the time
      its lease has left. Seats are given out by licenses whose policy has some.
    </EmptyState>
  );
}

export function PoolSkeleton() {
  return (
    <Stack gap="lg" role="status" aria-label="Loading">
      {[35, 100, 70, 60].map((width) => (
        <Skeleton key={width} height={14} width={`${width}%`} />
      ))}
    </Stack>
  );
}

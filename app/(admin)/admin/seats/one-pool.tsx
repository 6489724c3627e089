"use client";

import { Box, Card, Stack, Text } from "@mantine/core";
import { IconArmchairOff } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { LinkButton } from "../../../_components/links.tsx";
import { TableFooter } from "../../../_components/table-footer.tsx";
import type { TableState } from "../../../_components/use-table.ts";
import { PoolFigures } from "../../../_seats/pool-figures.tsx";
import { SeatList } from "../../../_seats/seat-list.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { PoolHeading } from "./pool-card.tsx";
import { PoolSkeleton } from "./pools.tsx";
import { useRelease } from "./use-release.ts";

/** All seats of one license that are held, however many. */
export function OnePool({
  licenseId,
  cursor,
  table,
  mayRelease,
}: {
  licenseId: string;
  cursor: string | undefined;
  table: TableState;
  mayRelease: boolean;
}) {
  const release = useRelease(mayRelease);
  const trpc = useTRPC();
  const { search, limit } = table;
  const pools = useQuery(trpc.seat.pools.queryOptions({ licenseId, limit: 1 }));
  const pool = pools.data?.items[0];
  const held = useQuery(
    trpc.seat.held.queryOptions(
      {
        licenseId,
        limit,
        ...(search === undefined ? {} : { search }),
        ...(cursor === undefined ? {} : { cursor }),
      },
      { placeholderData: keepPreviousData, enabled: pool !== undefined },
    ),
  );
  const error = pools.error ?? held.error;
  if (pools.data !== undefined && pool === undefined) {
    return (
      <Card padding={0}>
        <EmptyState
          icon={IconArmchairOff}
          title="This license has no seats"
          action={
            <LinkButton href={`/admin/licenses/${licenseId}`} variant="default">
              Open the license
            </LinkButton>
          }
        >
          Its policy gives out no floating seats, so nobody can hold one.
        </EmptyState>
      </Card>
    );
  }
  if (pool === undefined || held.data === undefined) {
    return (
      <Card>
        {error ? (
          <ErrorState error={error} retry={() => pools.refetch()} busy={pools.isFetching} />
        ) : (
          <PoolSkeleton />
        )}
      </Card>
    );
  }
  const { items, at, nextCursor } = held.data;
  return (
    <Stack gap="md">
      <Card component="section" aria-label={`${pool.customer.name}, ${pool.license.keyHint}`}>
        <PoolHeading pool={pool} />
        <PoolFigures pool={pool} />
        <Box mt="sm" opacity={held.isPlaceholderData ? 0.6 : 1}>
          {items.length === 0 ? (
            <Text fz="sm" c="dimmed" py="md">
              {search === undefined
                ? "Nobody holds a seat at the moment."
                : `Nobody whose name has “${search}” holds a seat.`}
            </Text>
          ) : (
            <SeatList
              seats={items}
              pool={pool}
              aheadMs={at.getTime() - held.dataUpdatedAt}
              release={release}
            />
          )}
        </Box>
      </Card>
      <TableFooter table={table} shown={items.length} nextCursor={nextCursor} />
    </Stack>
  );
}

"use client";

import { Box, Card, Group, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { LiveBadge } from "../../../../_components/live-badge.tsx";
import { PoolFigures } from "../../../../_seats/pool-figures.tsx";
import { SeatList } from "../../../../_seats/seat-list.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { PoolSkeleton } from "../../seats/pools.tsx";
import { useLiveSeats } from "../../seats/use-live-seats.ts";
import { useRelease } from "../../seats/use-release.ts";

/** Who holds a seat of a license at this moment; only for one that has seats, or had some that are still held. */
export function SeatsCard({ licenseId, mayRelease }: { licenseId: string; mayRelease: boolean }) {
  const release = useRelease(mayRelease);
  const trpc = useTRPC();
  const live = useLiveSeats(licenseId);
  const query = useQuery(trpc.seat.pools.queryOptions({ licenseId, limit: 1 }));
  const pool = query.data?.items[0];
  if (query.data !== undefined && (pool === undefined || (pool.capacity === 0 && pool.held === 0)))
    return null;
  return (
    <Card component="section" aria-label="Live seats">
      <Group justify="space-between" mb="sm" gap="sm">
        <Group gap="sm">
          <Title order={2} fz="h3">
            Live seats
          </Title>
          <LiveBadge state={live} />
        </Group>
        {pool !== undefined && (
          <Text fz="sm" className="tabular">
            <b>{formatNumber(pool.held)}</b> of {formatNumber(pool.capacity)} in use
          </Text>
        )}
      </Group>
      {pool === undefined ? (
        query.error ? (
          <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
        ) : (
          <PoolSkeleton />
        )
      ) : (
        <>
          <PoolFigures pool={pool} />
          <Box mt="sm">
            {pool.held === 0 ? (
              <Text fz="sm" c="dimmed">
                Nobody holds a seat at the moment. Whoever checks one out appears here at once.
              </Text>
            ) : (
              <SeatList
                seats={pool.seats}
                pool={pool}
                aheadMs={query.data === undefined ? 0 : query.data.at.getTime() - query.dataUpdatedAt}
                release={release}
              />
            )}
          </Box>
          {pool.held > pool.seats.length && (
            <TextLink href={`/admin/seats?licenseId=${licenseId}`} fz="sm">
              Show all {formatNumber(pool.held)} seats in use
            </TextLink>
          )}
        </>
      )}
    </Card>
  );
}

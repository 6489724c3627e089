"use client";

import { Box, Button, Card, Group, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { formatNumber } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { StatusBadge } from "../../../_components/status-badge.tsx";
import { PoolFigures } from "../../../_seats/pool-figures.tsx";
import type { PoolUse, Seat } from "../../../_seats/seat.ts";
import { SeatList } from "../../../_seats/seat-list.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { useOwnRelease } from "./use-own-release.ts";

/** A license's seats: how many are taken, and by whom. */
export function OwnPoolCard({
  pool,
  aheadMs,
  mayRelease,
}: {
  pool: PoolUse;
  aheadMs: number;
  mayRelease: boolean;
}) {
  const release = useOwnRelease(mayRelease);
  const [all, setAll] = useState(false);
  const { license, product, seats, held, capacity } = pool;
  return (
    <Card component="section" aria-label={`${product.name}, ${license.keyHint}`}>
      <Group justify="space-between" align="flex-start" gap="sm" mb="sm">
        <Box miw={0} flex="1 1 12rem">
          <Group gap={8}>
            <Title order={2} fz="h3">
              {product.name}
            </Title>
            {license.status !== "active" && <StatusBadge status={license.status} />}
          </Group>
          <TextLink href={`/portal/licenses/${license.id}`} fz="sm" ff="monospace">
            {license.keyHint}
          </TextLink>
        </Box>
        <Text fz="sm" className="tabular">
          <Text span fz="1.375rem" fw={650}>
            {formatNumber(held)}
          </Text>{" "}
          of {formatNumber(capacity)} in use
        </Text>
      </Group>
      <PoolFigures pool={pool} />
      <Box mt="sm">
        {held === 0 && (
          <Text fz="sm" c="dimmed">
            Nobody holds a seat at the moment.
          </Text>
        )}
        {all ? (
          <AllSeats pool={pool} first={seats} aheadMs={aheadMs} mayRelease={mayRelease} />
        ) : (
          <SeatList seats={seats} pool={pool} aheadMs={aheadMs} release={release} />
        )}
      </Box>
      {held > seats.length && !all && (
        <Button variant="subtle" size="xs" mt="xs" onClick={() => setAll(true)}>
          Show all {formatNumber(held)} seats in use
        </Button>
      )}
    </Card>
  );
}

/** All of a large pool, a page after the other. */
function AllSeats({
  pool,
  first,
  aheadMs,
  mayRelease,
}: {
  pool: PoolUse;
  /** What is shown until the first page is here. */
  first: readonly Seat[];
  aheadMs: number;
  mayRelease: boolean;
}) {
  const trpc = useTRPC();
  const release = useOwnRelease(mayRelease);
  const held = useInfiniteQuery(
    trpc.portal.seat.held.infiniteQueryOptions(
      { licenseId: pool.license.id, limit: 50 },
      { getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  );
  const seats = held.data?.pages.flatMap(({ items }) => items) ?? first;
  return (
    <>
      <SeatList seats={seats} pool={pool} aheadMs={aheadMs} release={release} />
      {held.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          mt="xs"
          loading={held.isFetchingNextPage}
          onClick={() => held.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}

"use client";

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../_components/error-state.tsx";
import { formatNumber } from "../../../_components/format.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { lineWords } from "./usage-words.ts";

/** What happened to a balance, in words, newest first. */
export function LedgerList({ accountId, unit }: { accountId: string; unit: string }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.portal.usage.ledger.infiniteQueryOptions(
      { id: accountId, limit: 15 },
      { getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  );
  const lines = query.data?.pages.flatMap(({ items }) => items);
  if (lines === undefined)
    return query.error ? (
      <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
    ) : (
      <Skeleton height={14} width="60%" my="sm" role="status" aria-label="Loading" />
    );
  if (lines.length === 0)
    return (
      <Text fz="sm" c="dimmed" py="xs">
        Nothing has happened yet.
      </Text>
    );
  return (
    <Stack gap={0} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {lines.map((line) => (
        <Group
          key={line.entry}
          component="li"
          justify="space-between"
          gap="sm"
          py={7}
          wrap="nowrap"
          style={{ borderTop: "1px solid var(--signet-line)" }}
        >
          <div style={{ minWidth: 0 }}>
            <Text fz="sm">{lineWords(line, unit)}</Text>
            <Text fz="xs" c="dimmed" component="div">
              <RelativeTime at={line.recordedAt} />
            </Text>
          </div>
          <Text fz="sm" className="tabular" ta="right">
            {formatNumber(line.balance)} left
          </Text>
        </Group>
      ))}
      {query.hasNextPage && (
        <li>
          <Button
            variant="subtle"
            size="xs"
            mt={6}
            onClick={() => query.fetchNextPage()}
            loading={query.isFetchingNextPage}
          >
            Show earlier
          </Button>
        </li>
      )}
    </Stack>
  );
}

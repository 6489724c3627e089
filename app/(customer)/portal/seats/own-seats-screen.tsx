"use client";

import { Button, Card, Stack } from "@mantine/core";
import { IconArmchair, IconFilterOff } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { LinkButton } from "../../../_components/links.tsx";
import { LiveBadge } from "../../../_components/live-badge.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableFooter } from "../../../_components/table-footer.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { TableToolbar } from "../../../_components/table-toolbar.tsx";
import { useChanges } from "../../../_components/use-changes.ts";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { OWN_SEATS } from "./list.ts";
import { OwnPoolCard } from "./own-pool-card.tsx";

/** Who of the customer's people holds which seat now; it changes by itself. */
export function OwnSeatsScreen({ mayRelease }: { mayRelease: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const table = useTable(OWN_SEATS);
  const licenseId = table.filter("licenseId");
  const live = useChanges(
    "/api/events/own-seats",
    () => queries.invalidateQueries(trpc.portal.seat.pathFilter()),
    licenseId,
  );
  const query = useQuery(
    trpc.portal.seat.pools.queryOptions(table.input, { placeholderData: keepPreviousData }),
  );
  const { data, error, dataUpdatedAt } = query;

  function body() {
    if (data === undefined) {
      return (
        <Card>
          {error ? (
            <ErrorState error={error} retry={() => query.refetch()} busy={query.isFetching} />
          ) : (
            <TableSkeleton columns={3} rows={4} />
          )}
        </Card>
      );
    }
    if (data.items.length === 0 && table.page === 1) return <Card padding={0}>{nobody()}</Card>;
    return (
      <Stack gap="md" opacity={query.isPlaceholderData ? 0.6 : 1}>
        {data.items.map((pool) => (
          <OwnPoolCard
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

  function nobody() {
    if (table.narrowed) {
      return (
        <EmptyState
          icon={IconFilterOff}
          title="Nobody holds a seat here"
          action={
            <Button variant="default" onClick={table.clear}>
              Show all seats in use
            </Button>
          }
        >
          Of what is asked for above, no seat is in use at the moment.
        </EmptyState>
      );
    }
    return (
      <EmptyState
        icon={IconArmchair}
        title="Nobody holds a seat"
        action={
          <LinkButton href="/portal" variant="default">
            See which licenses have seats
          </LinkButton>
        }
      >
        A floating seat is taken while somebody works and given back when they stop. Whoever takes one appears
        here at once.
      </EmptyState>
    );
  }

  return (
    <>
      <PageHeader
        title="Seats"
        badge={<LiveBadge state={live} />}
        description={
          mayRelease
            ? "Who holds which floating seat now. A seat that somebody left behind you can free for another."
            : "Who holds which floating seat now. A seat that somebody left behind, a manager can free."
        }
      />
      <Card padding="sm" mb="md">
        <TableToolbar table={table} search="Search a holder" />
      </Card>
      {body()}
    </>
  );
}

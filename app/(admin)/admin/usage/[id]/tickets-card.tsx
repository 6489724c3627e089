"use client";

import { Box, Button, Card, Group, Progress, Select, Stack, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { TICKET_STATUSES } from "#server/domain/ledger.ts";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../../_components/status-badge.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { AccountDetail, Ticket } from "../account.ts";
import classes from "../usage.module.css";
import { RefundButton } from "./refund.tsx";

const OPTIONS = TICKET_STATUSES.map((value) => ({
  value,
  label: value.charAt(0).toUpperCase() + value.slice(1),
}));

/** Reservations of credits, newest first: who has them, and what of them was used. */
export function TicketsCard({ account, mayRefund }: { account: AccountDetail; mayRefund: boolean }) {
  const trpc = useTRPC();
  const [status, setStatus] = useState<string | null>(null);
  const chosen = TICKET_STATUSES.find((one) => one === status);
  const query = useInfiniteQuery(
    trpc.balance.tickets.infiniteQueryOptions(
      { id: account.id, limit: 10, ...(chosen === undefined ? {} : { status: chosen }) },
      { getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  );
  const tickets = query.data?.pages.flatMap(({ items }) => items);
  return (
    <Card component="section" aria-label="Tickets">
      <Group justify="space-between" gap="sm">
        <Title order={2} fz="h3">
          Tickets
        </Title>
        <Select
          w={140}
          size="xs"
          aria-label="Any state"
          placeholder="Any state"
          data={OPTIONS}
          value={status}
          onChange={setStatus}
          clearable
        />
      </Group>
      {tickets === undefined ? (
        query.error ? (
          <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
        ) : (
          <TableSkeleton columns={2} rows={3} />
        )
      ) : tickets.length === 0 ? (
        <Text fz="sm" c="dimmed" mt="xs">
          {status === null
            ? "No ticket yet. An application that reserves credits before it uses them has one here for each reservation."
            : "No ticket is in this state."}
        </Text>
      ) : (
        <Stack gap="xs">
          <ul className={classes.rows}>
            {tickets.map((ticket) => (
              <TicketRow key={ticket.id} ticket={ticket} account={account} mayRefund={mayRefund} />
            ))}
          </ul>
          {query.hasNextPage && (
            <Button
              variant="subtle"
              size="xs"
              w="fit-content"
              loading={query.isFetchingNextPage}
              onClick={() => query.fetchNextPage()}
            >
              Show older tickets
            </Button>
          )}
        </Stack>
      )}
    </Card>
  );
}

function TicketRow({
  ticket,
  account,
  mayRefund,
}: {
  ticket: Ticket;
  account: AccountDetail;
  mayRefund: boolean;
}) {
  const { id, status, amount, used, refunded, device, issuedAt, expiresAt, endedAt } = ticket;
  return (
    <li className={classes.row}>
      <Group justify="space-between" gap="xs">
        <StatusBadge status={status} />
        <Text fz="sm" className="tabular">
          <b>{formatNumber(used ?? 0)}</b> of {formatNumber(amount)} used
        </Text>
      </Group>
      <Progress value={((used ?? 0) / amount) * 100} size={5} my={6} aria-label="Used of this ticket" />
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Box miw={0}>
          <Text fz="xs" c="dimmed" component="div">
            {device === null ? "Your backend" : device.name || "A device without a name"} · issued{" "}
            <RelativeTime at={issuedAt} />
            {endedAt === null ? (
              <>
                {" "}
                · ends <RelativeTime at={expiresAt} />
              </>
            ) : (
              <>
                {" "}
                · ended <RelativeTime at={endedAt} />
              </>
            )}
            {refunded > 0 && ` · ${formatNumber(refunded)} refunded`}
          </Text>
          <TextLink href={`/admin/trace?q=${encodeURIComponent(id)}`} fz="xs" className={classes.text ?? ""}>
            {id}
          </TextLink>
        </Box>
        {mayRefund && used !== null && used > 0 && refunded === 0 && (
          <RefundButton account={account} of={{ kind: "ticket", id }} charged={used} />
        )}
      </Group>
    </li>
  );
}

"use client";

import { Code, Group, Select, Text, UnstyledButton } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { DataTable } from "../../../../_components/data-table.tsx";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { ToneBadge } from "../../../../_components/status-badge.tsx";
import { useTable } from "../../../../_components/use-table.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import {
  answerWords,
  DELIVERY_LOOKS,
  type Delivery,
  durationWords,
  nextWords,
  TYPE_OPTIONS,
  type WebhookEndpoint,
} from "../webhook.ts";
import { DELIVERIES, STATUS_OPTIONS } from "./deliveries.ts";
import { useOpenDelivery } from "./use-open-delivery.ts";

const WATCHED_MS = 4_000;

/** What was sent to an endpoint, newest first; it looks again by itself while something is on its way. */
export function DeliveriesTable({ endpoint, now }: { endpoint: WebhookEndpoint; now: Date }) {
  const trpc = useTRPC();
  const table = useTable(DELIVERIES);
  const [, openDelivery] = useOpenDelivery();
  const { search: _, ...input } = table.input;
  const deliveries = useQuery(
    trpc.webhook.deliveries.queryOptions(
      { ...input, endpointId: endpoint.id },
      {
        placeholderData: keepPreviousData,
        refetchInterval: ({ state }) =>
          state.data?.items.some(({ status }) => status === "pending") ? WATCHED_MS : false,
      },
    ),
  );
  const columns = [
    {
      accessor: "type",
      title: "Event",
      render: (delivery: Delivery) => (
        <UnstyledButton onClick={() => openDelivery(delivery.id)} aria-label={`Open ${delivery.type}`}>
          <Code>{delivery.type}</Code>
          <Text span fz="xs" c="dimmed" display="block" mt={4}>
            <RelativeTime at={delivery.createdAt} />
          </Text>
        </UnstyledButton>
      ),
    },
    {
      accessor: "status",
      title: "State",
      render: (delivery: Delivery) => (
        <>
          <ToneBadge {...DELIVERY_LOOKS[delivery.status]} />
          <Text fz="xs" c="dimmed" mt={4} suppressHydrationWarning>
            {nextWords(delivery, endpoint.disabledAt !== null, now)}
          </Text>
        </>
      ),
    },
    {
      accessor: "last",
      title: "Last answer",
      visibleMediaQuery: "(min-width: 48em)",
      render: ({ last }: Delivery) =>
        last && (
          <Text fz="sm" component="div">
            {answerWords(last)}
            <Text fz="xs" c="dimmed">
              {durationWords(last.durationMs)}
            </Text>
          </Text>
        ),
    },
  ];
  return (
    <DataTable
      label="Deliveries"
      query={deliveries}
      table={table}
      columns={columns}
      rowKey={({ id }) => id}
      onRow={({ id }) => openDelivery(id)}
      toolbar={
        <Group gap="sm">
          <Select
            aria-label="Any state"
            placeholder="Any state"
            data={STATUS_OPTIONS}
            value={table.filter("status") ?? null}
            onChange={(value) => table.setFilter("status", value ?? undefined)}
            clearable
            flex="1 1 9rem"
            maw="14rem"
          />
          <Select
            aria-label="Any event"
            placeholder="Any event"
            data={TYPE_OPTIONS}
            value={table.filter("type") ?? null}
            onChange={(value) => table.setFilter("type", value ?? undefined)}
            clearable
            searchable
            flex="1 1 9rem"
            maw="16rem"
          />
        </Group>
      }
      empty={
        <EmptyState icon={IconSend} title="Nothing was sent yet">
          The next event it asks for is on its way within seconds. Send a test to see whether your receiver
          answers.
        </EmptyState>
      }
    />
  );
}

"use client";

import { Button, Card, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconWebhook } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { TextLink } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { useNow } from "../../../_components/relative-time.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { EndpointCard } from "./endpoint-card.tsx";
import { NewEndpoint } from "./new-endpoint.tsx";

export function WebhooksScreen({ mayWrite }: { mayWrite: boolean }) {
  const trpc = useTRPC();
  const endpoints = useQuery(trpc.webhook.list.queryOptions());
  const now = useNow();
  const [creating, { open, close }] = useDisclosure(false);
  const create = mayWrite && (
    <Button leftSection={<IconPlus size={18} />} onClick={open}>
      New endpoint
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Webhooks"
        description="Signet tells your systems what happens, within seconds, signed: licenses, devices, seats and credits that run short, keys."
        actions={endpoints.data !== undefined && endpoints.data.length > 0 && create}
      />
      {endpoints.data === undefined ? (
        <Card padding={0}>
          {endpoints.error ? (
            <ErrorState
              error={endpoints.error}
              retry={() => endpoints.refetch()}
              busy={endpoints.isFetching}
            />
          ) : (
            <TableSkeleton columns={2} rows={4} />
          )}
        </Card>
      ) : endpoints.data.length === 0 ? (
        <Card>
          <EmptyState icon={IconWebhook} title="Nobody is told yet" action={create}>
            Give the address of a receiver of yours, and choose what it is told of: say, that a license ends
            next week, so that your CRM writes to the customer. What it does not take is sent again for three
            days.{" "}
            <TextLink href="/docs/webhooks" fz="sm" underline="always">
              How to receive webhooks
            </TextLink>
          </EmptyState>
        </Card>
      ) : (
        <Stack gap="sm">
          {endpoints.data.map((endpoint) => (
            <EndpointCard key={endpoint.id} endpoint={endpoint} now={now} />
          ))}
        </Stack>
      )}
      {mayWrite && <NewEndpoint opened={creating} close={close} />}
    </>
  );
}

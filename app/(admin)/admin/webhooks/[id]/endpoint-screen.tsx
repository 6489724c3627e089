"use client";

import { Alert, Card, Grid, Title } from "@mantine/core";
import { IconAlertTriangle, IconWebhook } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { LinkButton } from "../../../../_components/links.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { useNow } from "../../../../_components/relative-time.tsx";
import { ToneBadge } from "../../../../_components/status-badge.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { lookOf, troubleOf } from "../webhook.ts";
import classes from "../webhooks.module.css";
import { AboutCard } from "./about-card.tsx";
import { DeliveriesTable } from "./deliveries-table.tsx";
import { DeliveryDrawer } from "./delivery-drawer.tsx";
import { EndpointActions } from "./endpoint-actions.tsx";

const CRUMBS = [{ label: "Webhooks", href: "/admin/webhooks" }];

export function EndpointScreen({ id, mayWrite }: { id: string; mayWrite: boolean }) {
  const trpc = useTRPC();
  const endpoints = useQuery(trpc.webhook.list.queryOptions());
  const now = useNow();
  const endpoint = endpoints.data?.find((each) => each.id === id);
  if (endpoint === undefined) {
    return (
      <>
        <PageHeader title="Endpoint" crumbs={CRUMBS} />
        <Card padding={0}>
          {endpoints.error ? (
            <ErrorState
              error={endpoints.error}
              retry={() => endpoints.refetch()}
              busy={endpoints.isFetching}
            />
          ) : endpoints.data === undefined ? (
            <TableSkeleton columns={3} rows={6} />
          ) : (
            <EmptyState
              icon={IconWebhook}
              title="There is no such endpoint"
              action={<LinkButton href="/admin/webhooks">All endpoints</LinkButton>}
            >
              It was removed, or the address is not quite right.
            </EmptyState>
          )}
        </Card>
      </>
    );
  }
  const trouble = troubleOf(endpoint, now);
  return (
    <>
      <PageHeader
        title={<span className={classes.url}>{endpoint.url.replace(/^https:\/\//, "")}</span>}
        {...(endpoint.description === "" ? {} : { description: endpoint.description })}
        crumbs={CRUMBS}
        badge={<ToneBadge {...lookOf(endpoint)} />}
        actions={mayWrite && <EndpointActions endpoint={endpoint} />}
      />
      {trouble !== undefined && (
        <Alert color="copper" icon={<IconAlertTriangle size={18} />} mb="lg">
          <span suppressHydrationWarning>{trouble}</span>
        </Alert>
      )}
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Title order={2} fz="h3" mb="sm">
            Deliveries
          </Title>
          <DeliveriesTable endpoint={endpoint} now={now} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Title order={2} fz="h3" mb="sm">
            Endpoint
          </Title>
          <AboutCard endpoint={endpoint} now={now} mayWrite={mayWrite} />
        </Grid.Col>
      </Grid>
      <DeliveryDrawer mayWrite={mayWrite} />
    </>
  );
}

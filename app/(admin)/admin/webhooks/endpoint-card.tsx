"use client";

import { Card, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { countOf } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { ToneBadge } from "../../../_components/status-badge.tsx";
import { HealthBar } from "./health-bar.tsx";
import { lookOf, troubleOf, type WebhookEndpoint } from "./webhook.ts";
import classes from "./webhooks.module.css";

/** One endpoint: where it is, how it fares, and what is wrong if something is. */
export function EndpointCard({ endpoint, now }: { endpoint: WebhookEndpoint; now: Date }) {
  const { id, url, description, events, lastDay } = endpoint;
  const trouble = troubleOf(endpoint, now);
  return (
    <Card component="section" aria-label={url}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap={4} miw={0}>
          <Group gap="xs" wrap="nowrap" align="flex-start" justify="space-between">
            <TextLink href={`/admin/webhooks/${id}`} fw={600} className={classes.url}>
              {url}
            </TextLink>
            <ToneBadge {...lookOf(endpoint)} />
          </Group>
          <Text fz="sm" c="dimmed">
            {description && `${description} · `}
            {events.includes("*") ? "everything" : countOf(events.length, "kind of event", "kinds of events")}
          </Text>
          {trouble !== undefined && (
            <Text fz="sm" suppressHydrationWarning>
              {trouble}
            </Text>
          )}
        </Stack>
        <Stack gap={4}>
          <HealthBar lastDay={lastDay} />
          {lastDay.lastDeliveredAt !== null && (
            <Text fz="xs" c="dimmed">
              Last delivery <RelativeTime at={lastDay.lastDeliveredAt} />
            </Text>
          )}
        </Stack>
      </SimpleGrid>
    </Card>
  );
}

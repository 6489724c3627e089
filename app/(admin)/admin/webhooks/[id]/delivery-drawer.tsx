"use client";

import { Button, Drawer, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconRefreshDot } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CodeBlock } from "../../../../_components/code-block.tsx";
import { CopyText } from "../../../../_components/copy.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { TextLink } from "../../../../_components/links.tsx";
import { RelativeTime, useNow } from "../../../../_components/relative-time.tsx";
import { ToneBadge } from "../../../../_components/status-badge.tsx";
import { toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { DELIVERY_LOOKS, type DeliveryDetail, nextWords } from "../webhook.ts";
import classes from "../webhooks.module.css";
import { AttemptsTimeline } from "./attempts-timeline.tsx";
import { useOpenDelivery } from "./use-open-delivery.ts";

const WATCHED_MS = 2_000;

/** One delivery beside the list: what was sent, what was answered, and what comes next. */
export function DeliveryDrawer({ mayWrite }: { mayWrite: boolean }) {
  const [id, open] = useOpenDelivery();
  return (
    <Drawer opened={id !== null} onClose={() => open(null)} position="right" size="lg" title="Delivery">
      {id !== null && <DeliveryBody id={id} mayWrite={mayWrite} />}
    </Drawer>
  );
}

function DeliveryBody({ id, mayWrite }: { id: string; mayWrite: boolean }) {
  const trpc = useTRPC();
  const delivery = useQuery(
    trpc.webhook.delivery.queryOptions(
      { id },
      { refetchInterval: ({ state }) => (state.data?.status === "pending" ? WATCHED_MS : false) },
    ),
  );
  if (delivery.data !== undefined) return <DeliveryView delivery={delivery.data} mayWrite={mayWrite} />;
  if (delivery.error)
    return <ErrorState error={delivery.error} retry={() => delivery.refetch()} busy={delivery.isFetching} />;
  return <Skeleton height={240} />;
}

function DeliveryView({ delivery, mayWrite }: { delivery: DeliveryDetail; mayWrite: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const now = useNow();
  const replay = useMutation(
    trpc.webhook.replay.mutationOptions({
      onError: toastFailed,
      onSuccess: () => queries.invalidateQueries(trpc.webhook.pathFilter()),
    }),
  );
  const { id, type, status, eventId, happenedAt, correlationId, endpoint, body } = delivery;
  const disabled = endpoint.disabledAt !== null;
  return (
    <Stack gap="lg">
      <div>
        <Group gap="sm">
          <Title order={2} fz="h3">
            {type}
          </Title>
          <ToneBadge {...DELIVERY_LOOKS[status]} />
        </Group>
        <Text fz="sm" c="dimmed" mt={4} aria-live="polite" suppressHydrationWarning>
          {nextWords(delivery, disabled, now)}
        </Text>
      </div>
      {mayWrite && !disabled && (
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefreshDot size={16} />}
            loading={replay.isPending}
            onClick={() => replay.mutate({ id })}
          >
            {status === "pending" ? "Try now" : "Send again"}
          </Button>
        </Group>
      )}
      <dl className={classes.facts}>
        <dt>Happened</dt>
        <dd>
          <RelativeTime at={happenedAt} />
        </dd>
        <dt>webhook-id</dt>
        <dd>
          <CopyText value={eventId} label="webhook-id" />
        </dd>
        <dt>Sent to</dt>
        <dd>{endpoint.url}</dd>
        <dt>Why</dt>
        <dd>
          <TextLink href={`/admin/trace?q=${encodeURIComponent(correlationId)}`} fz="sm">
            Trace what led to it
          </TextLink>
        </dd>
      </dl>
      <section>
        <Title order={3} fz="h4" mb="sm">
          Attempts
        </Title>
        <AttemptsTimeline delivery={delivery} />
      </section>
      <section>
        <Title order={3} fz="h4" mb="sm">
          What is sent
        </Title>
        <CodeBlock label="Body" code={JSON.stringify(JSON.parse(body), null, 2)} />
      </section>
    </Stack>
  );
}

"use client";

import { Badge, Card, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { KeyReveal } from "../../../../_components/key-reveal.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { HealthBar } from "../health-bar.tsx";
import type { WebhookEndpoint } from "../webhook.ts";

/** What an endpoint asks for, how it fares, and its secret. */
export function AboutCard({
  endpoint,
  now,
  mayWrite,
}: {
  endpoint: WebhookEndpoint;
  now: Date;
  mayWrite: boolean;
}) {
  const trpc = useTRPC();
  const reveal = useMutation(trpc.webhook.revealSecret.mutationOptions());
  const { id, events, createdAt, secretMadeAt, previousSecretEndsAt, lastDay } = endpoint;
  return (
    <Card>
      <Stack gap="md">
        <HealthBar lastDay={lastDay} />
        <div>
          <Text fz="sm" fw={500} mb={6}>
            Told of
          </Text>
          <Group gap={6}>
            {events.includes("*") ? (
              <Badge>Everything</Badge>
            ) : (
              events.map((type) => (
                <Badge key={type} color="gray">
                  {type}
                </Badge>
              ))
            )}
          </Group>
        </div>
        {mayWrite && (
          <KeyReveal
            label="Signing secret"
            hint="whsec_••••••••••••"
            reveal={async () => (await reveal.mutateAsync({ id })).secret}
          />
        )}
        <Text fz="xs" c="dimmed" component="div">
          Secret made <RelativeTime at={secretMadeAt} />
          {previousSecretEndsAt !== null && previousSecretEndsAt > now && (
            <>
              ; the one before it signs too, and ends <RelativeTime at={previousSecretEndsAt} />
            </>
          )}
          . Added <RelativeTime at={createdAt} />.
        </Text>
      </Stack>
    </Card>
  );
}

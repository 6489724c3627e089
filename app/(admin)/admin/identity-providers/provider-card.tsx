"use client";

import { Badge, Button, Card, Code, Group, SimpleGrid, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../_components/confirm.tsx";
import { CopyText } from "../../../_components/copy.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { SCOPE_WORDS } from "../api-keys/scope-words.ts";
import classes from "./identity-providers.module.css";
import type { IdentityProvider } from "./provider.ts";
import { ProviderModal } from "./provider-modal.tsx";

/** One provider: how its tokens are known, and what they allow. */
export function ProviderCard({ provider, mayWrite }: { provider: IdentityProvider; mayWrite: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [editing, { open, close }] = useDisclosure(false);
  const remove = useMutation(
    trpc.identityProvider.remove.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.identityProvider.list.queryFilter()),
    }),
  );
  const { id, issuer, jwksUrl, audience, scopeClaim, scopeMap, createdAt } = provider;
  const host = new URL(issuer).host;

  function confirmRemoval() {
    confirmAction({
      title: `Stop trusting ${host}?`,
      effects: [
        "From the next request on none of its tokens opens anything, on every server.",
        "Backends that have nothing else are turned away: give them an API key first.",
      ],
      undo: "It can be added again at any time; its tokens then count again until they expire.",
      confirm: "Remove provider",
      danger: true,
      run: async () => {
        await remove.mutateAsync({ id });
        toastDone(`Tokens of ${host} are not taken any more.`);
      },
    });
  }

  return (
    <Card component="section" aria-label={issuer}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className={classes.name}>
          <Text fw={600} className={classes.url}>
            {issuer}
          </Text>
          <Text fz="xs" c="dimmed" component="div">
            Added <RelativeTime at={createdAt} />
          </Text>
        </div>
        {mayWrite && (
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={open}>
              Edit
            </Button>
            <Button size="xs" variant="default" color="red" onClick={confirmRemoval}>
              Remove
            </Button>
          </Group>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" mt="sm" component="dl" className={classes.facts}>
        <div>
          <Text component="dt" fz="xs" c="dimmed">
            Its keys
          </Text>
          <dd className={classes.url}>
            <CopyText value={jwksUrl} label="address of its keys" />
          </dd>
        </div>
        <div>
          <Text component="dt" fz="xs" c="dimmed">
            Audience
          </Text>
          <dd>
            <Code>{audience}</Code>
          </dd>
        </div>
      </SimpleGrid>
      <Group gap={8} mt="md" component="ul" className={classes.rules}>
        {Object.entries(scopeMap).map(([value, scope]) => (
          <Tooltip key={value} label={SCOPE_WORDS[scope]}>
            <Group component="li" gap={6} wrap="nowrap" className={classes.rule}>
              <Code className={classes.url}>
                {scopeClaim}: {value}
              </Code>
              <span aria-hidden>→</span>
              <Badge color="gray" flex="none">
                {scope}
              </Badge>
            </Group>
          </Tooltip>
        ))}
      </Group>
      {mayWrite && <ProviderModal opened={editing} close={close} provider={provider} known={[]} />}
    </Card>
  );
}

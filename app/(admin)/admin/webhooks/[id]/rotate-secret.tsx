"use client";

import { Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { SecretOnce } from "../secret-once.tsx";

/** Replaces the secret; both sign for a day, so that the receiver can change without missing anything. */
export function RotateSecret({ id, opened, close }: { id: string; opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Rotate the signing secret" size="lg">
      <RotateBody id={id} close={close} />
    </Modal>
  );
}

function RotateBody({ id, close }: { id: string; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const rotate = useMutation(
    trpc.webhook.rotateSecret.mutationOptions({
      onError: toastFailed,
      onSuccess: () => queries.invalidateQueries(trpc.webhook.list.queryFilter()),
    }),
  );
  if (rotate.data !== undefined) {
    return (
      <Stack gap="md">
        <SecretOnce
          secret={rotate.data.secret}
          because="Give this secret to your receiver within 24 hours; until then both sign."
        />
        <Group justify="flex-end">
          <Button onClick={close}>Done</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      <List spacing={6} fz="sm">
        <List.Item>A new secret is made now.</List.Item>
        <List.Item>For 24 hours both sign each webhook: a receiver that knows either believes it.</List.Item>
        <List.Item>After that, only the new one signs.</List.Item>
      </List>
      <Text fz="sm" c="dimmed">
        If the present one is known to others, rotate twice: the second time drops it at once.
      </Text>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button loading={rotate.isPending} onClick={() => rotate.mutate({ id })}>
          Make a new secret
        </Button>
      </Group>
    </Stack>
  );
}

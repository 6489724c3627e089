"use client";

import { Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { ALL_EVENTS } from "#server/domain/event-catalogue.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { EndpointForm } from "./endpoint-form.tsx";
import { SecretOnce } from "./secret-once.tsx";

export function NewEndpoint({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="New endpoint" size="lg">
      <NewEndpointBody close={close} />
    </Modal>
  );
}

function NewEndpointBody({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const create = useMutation(
    trpc.webhook.create.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.webhook.list.queryFilter()),
    }),
  );
  if (create.data === undefined) {
    return (
      <EndpointForm
        initial={{ url: "", description: "", events: [ALL_EVENTS] }}
        submit="Add endpoint"
        save={({ url, description, events }) => create.mutateAsync({ url: url.trim(), description, events })}
        cancel={close}
      />
    );
  }
  const { id, secret } = create.data;
  return (
    <Stack gap="md">
      <SecretOnce
        secret={secret}
        because="Give this secret to your receiver: with it, it knows that Signet sent what comes."
      />
      <Group justify="flex-end">
        <Button
          onClick={() => {
            close();
            router.push(`/admin/webhooks/${id}`);
          }}
        >
          Go on to the endpoint
        </Button>
      </Group>
    </Stack>
  );
}

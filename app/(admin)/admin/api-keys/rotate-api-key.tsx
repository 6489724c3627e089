"use client";

import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ShownOnce } from "../../../_components/key-reveal.tsx";
import { toastFailed } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import type { ApiKey } from "./api-key.ts";

const OVERLAPS = [
  { value: "0", label: "Not at all: it ends now" },
  { value: "1", label: "An hour" },
  { value: "24", label: "A day" },
  { value: "168", label: "A week" },
];

/** Replaces a key by a new one; both work for a while, so that a backend can change without a gap. */
export function RotateApiKey({
  apiKey,
  opened,
  close,
}: {
  apiKey: ApiKey;
  opened: boolean;
  close: () => void;
}) {
  return (
    <Modal opened={opened} onClose={close} title={`Rotate ${apiKey.name}`}>
      <RotateForm apiKey={apiKey} close={close} />
    </Modal>
  );
}

function RotateForm({ apiKey, close }: { apiKey: ApiKey; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [hours, setHours] = useState("24");
  const rotate = useMutation(
    trpc.apiKey.rotate.mutationOptions({
      onError: toastFailed,
      onSuccess: () => queries.invalidateQueries(trpc.apiKey.list.queryFilter()),
    }),
  );
  if (rotate.data?.key) {
    return (
      <Stack gap="md">
        <ShownOnce
          label="New API key"
          value={rotate.data.key}
          because="Copy it into your backend's secrets now: it cannot be shown again."
        />
        <Group justify="flex-end">
          <Button onClick={close}>Done</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      <Text fz="sm">A new key with the same name and scopes takes its place.</Text>
      <Select
        label="How long the old one goes on"
        data={OVERLAPS}
        value={hours}
        onChange={(value) => setHours(value ?? "24")}
        allowDeselect={false}
      />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          loading={rotate.isPending}
          onClick={() => rotate.mutate({ id: apiKey.id, overlapHours: Number(hours) })}
        >
          Make the new key
        </Button>
      </Group>
    </Stack>
  );
}

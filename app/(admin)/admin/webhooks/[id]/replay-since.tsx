"use client";

import { Button, Group, List, Modal, Select, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { countOf } from "../../../../_components/format.ts";
import { useNow } from "../../../../_components/relative-time.tsx";
import { toastDone, toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

const HOUR_MS = 3_600_000;
const PERIODS = [
  { value: "1", label: "The last hour" },
  { value: "24", label: "The last day" },
  { value: "168", label: "The last week" },
  { value: "720", label: "The last 30 days" },
];

/** Sends what was given up, and what happened while the endpoint was disabled. */
export function ReplaySince({ id, opened, close }: { id: string; opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Replay what it missed">
      <ReplayBody id={id} close={close} />
    </Modal>
  );
}

function ReplayBody({ id, close }: { id: string; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const now = useNow();
  // Kept, so that what is counted is what is sent.
  const [openedAt] = useState(now);
  const [hours, setHours] = useState("24");
  const since = new Date(openedAt.getTime() - Number(hours) * HOUR_MS);
  const replayable = useQuery(trpc.webhook.replayable.queryOptions({ id, since }));
  const replay = useMutation(
    trpc.webhook.replaySince.mutationOptions({
      onError: toastFailed,
      async onSuccess({ failed, missed }) {
        await queries.invalidateQueries(trpc.webhook.pathFilter());
        toastDone(`${countOf(failed + missed, "event")} will be sent within seconds.`);
        close();
      },
    }),
  );
  const counts = replayable.data;
  const total = counts === undefined ? 0 : counts.failed + counts.missed;
  return (
    <Stack gap="md">
      <Select
        label="Of what happened in"
        data={PERIODS}
        value={hours}
        onChange={(value) => setHours(value ?? "24")}
        allowDeselect={false}
      />
      {counts === undefined ? (
        <Skeleton height={48} />
      ) : total === 0 ? (
        <Text fz="sm">It has got everything of that time, or it is still on the way.</Text>
      ) : (
        <List spacing={6} fz="sm">
          <List.Item>Sends {countOf(counts.failed, "event")} again that had been given up.</List.Item>
          <List.Item>
            Sends {countOf(counts.missed, "event")} for the first time: from while it was disabled, or had not
            asked.
          </List.Item>
        </List>
      )}
      <Text fz="sm" c="dimmed">
        Each keeps its webhook-id, so a receiver that remembers ids does nothing twice.
      </Text>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          disabled={total === 0}
          loading={replay.isPending}
          onClick={() => replay.mutate({ id, since })}
        >
          {total === 0 ? "Replay" : `Replay ${countOf(total, "event")}`}
        </Button>
      </Group>
    </Stack>
  );
}

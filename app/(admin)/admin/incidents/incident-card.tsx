"use client";

import { Button, Card, Group, List, SimpleGrid, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../_components/confirm.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { ToneBadge } from "../../../_components/status-badge.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { FiguresTable } from "./figures-table.tsx";
import { type Incident, wordsOf } from "./incident-words.ts";
import { Subject } from "./subject.tsx";

/** One that lasts: what it means, since when, with whom, and what to do. */
export function IncidentCard({ incident, mayAcknowledge }: { incident: Incident; mayAcknowledge: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const acknowledge = useMutation(
    trpc.incident.acknowledge.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.incident.list.queryFilter()),
    }),
  );
  const { kind, subjectId, firstSeenAt, acknowledged } = incident;
  const { title, meaning, harm, todo } = wordsOf(kind);

  function confirmAcknowledge() {
    confirmAction({
      title: "Acknowledge this incident?",
      effects: [
        "Your team sees that you look into it, and the overview no longer raises an alarm for it.",
        "It ends only when the records agree again. If it comes back after that, it alarms anew.",
      ],
      confirm: "Acknowledge",
      reason: "What is known so far",
      run: async (note) => {
        await acknowledge.mutateAsync({ kind, subjectId, note });
        toastDone("Acknowledged.");
      },
    });
  }

  return (
    <Card component="section" aria-label={title}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={2} flex="1 1 18rem" miw={0}>
          <Group gap="xs">
            <Text fw={600}>{title}</Text>
            {acknowledged === null ? (
              <ToneBadge tone="bad" label="Ongoing" />
            ) : (
              <ToneBadge tone="warning" label="Acknowledged" />
            )}
          </Group>
          <Text fz="sm" c="dimmed" component="div">
            <Subject incident={incident} /> · since <RelativeTime at={firstSeenAt} />
          </Text>
          {acknowledged !== null && (
            <Text fz="sm" c="dimmed" component="div" mt={4}>
              {acknowledged.by ?? "Somebody"} looks into it, said <RelativeTime at={acknowledged.at} />
              {acknowledged.note !== "" && <>: “{acknowledged.note}”</>}
            </Text>
          )}
        </Stack>
        {mayAcknowledge && (
          <Button size="xs" variant="default" onClick={confirmAcknowledge}>
            {acknowledged === null ? "Acknowledge" : "Change the note"}
          </Button>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" mt="md">
        <Stack gap="xs">
          <Text fz="sm">{meaning}</Text>
          <FiguresTable incident={incident} />
          <Text fz="sm">
            <Text span fw={600} fz="sm">
              While it lasts:{" "}
            </Text>
            {harm}
          </Text>
        </Stack>
        <div>
          <Text fz="sm" fw={600} mb={4}>
            What to do
          </Text>
          <List type="ordered" fz="sm" spacing={6}>
            {todo.map((step) => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
        </div>
      </SimpleGrid>
    </Card>
  );
}

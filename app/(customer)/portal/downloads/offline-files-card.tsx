"use client";

import { Card, Group, Text, Title } from "@mantine/core";
import { Exchanges } from "../../../_offline/exchanges.tsx";
import { SnapshotButton } from "../../../_offline/snapshot-button.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

/** For machines without a network: the security snapshot, and the responses that were made, once more. */
export function OfflineFilesCard({ vendorName }: { vendorName: string }) {
  const trpc = useTRPC();
  const desk = { procedures: trpc.portal.offline, audience: "customer", vendorName } as const;
  return (
    <Card component="section" aria-labelledby="offline-files-title">
      <Group justify="space-between" gap="sm" mb="xs">
        <div style={{ flex: "1 1 16rem" }}>
          <Title order={2} fz="h3" id="offline-files-title">
            For machines without a network
          </Title>
          <Text fz="sm" c="dimmed">
            The security snapshot names the keys in force and what was revoked; carry a fresh one over now and
            then. Responses can be carried once more, should one have got lost.
          </Text>
        </div>
        <SnapshotButton desk={desk} />
      </Group>
      <Exchanges desk={desk} mayTake />
    </Card>
  );
}

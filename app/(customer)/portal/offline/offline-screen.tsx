"use client";

import { Card, Stack, Title } from "@mantine/core";
import { PageHeader } from "../../../_components/page-header.tsx";
import { Exchanges } from "../../../_offline/exchanges.tsx";
import { OfflineDesk } from "../../../_offline/offline-desk.tsx";
import { SnapshotButton } from "../../../_offline/snapshot-button.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

/** Where a customer's people bring the files of machines without a network. */
export function OfflineScreen({ vendorName }: { vendorName: string }) {
  const trpc = useTRPC();
  const desk = { procedures: trpc.portal.offline, audience: "customer", vendorName } as const;
  return (
    <>
      <PageHeader
        title="Offline activation"
        description="For machines without a network: bring here what such a machine made, and carry the answer back to it."
        actions={<SnapshotButton desk={desk} />}
      />
      <Stack gap="lg">
        <OfflineDesk desk={desk} />
        <Card component="section" aria-labelledby="answered-title">
          <Title order={2} fz="h3" id="answered-title" mb="sm">
            Answered before
          </Title>
          <Exchanges desk={desk} mayTake />
        </Card>
      </Stack>
    </>
  );
}

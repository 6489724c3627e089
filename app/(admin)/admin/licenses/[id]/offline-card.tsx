"use client";

import { Card, Group, Title } from "@mantine/core";
import { LinkButton } from "../../../../_components/links.tsx";
import { Exchanges } from "../../../../_offline/exchanges.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { License } from "./license.ts";

/** The machines that were activated by file; nothing for a license that does not allow it. */
export function OfflineCard({ license, mayAnswer }: { license: License; mayAnswer: boolean }) {
  const trpc = useTRPC();
  if (!license.effective.offlineAllowed) return null;
  const desk = {
    procedures: trpc.offline,
    audience: "staff",
    vendorName: "",
    licenseId: license.id,
  } as const;
  return (
    <Card component="section" aria-labelledby="offline-title">
      <Group justify="space-between" gap="sm" mb="xs">
        <Title order={2} fz="h3" id="offline-title">
          Offline machines
        </Title>
        {mayAnswer && (
          <LinkButton href={`/admin/licenses/${license.id}/offline`} variant="default" size="xs">
            Answer a request
          </LinkButton>
        )}
      </Group>
      <Exchanges desk={desk} mayTake={mayAnswer} />
    </Card>
  );
}

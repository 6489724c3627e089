"use client";

import { Button, Card, Group, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";

/** What machines without a network are brought now and then. */
export function SnapshotCard({ tenantSlug }: { tenantSlug: string }) {
  return (
    <Card component="section" aria-labelledby="snapshot-title">
      <Group justify="space-between" gap="sm">
        <div style={{ flex: "1 1 18rem" }}>
          <Title order={2} fz="h3" id="snapshot-title">
            Security snapshot
          </Title>
          <Text fz="sm" c="dimmed">
            The trust bundle with all revocations, for machines without a network. A policy says how old
            theirs may be.
          </Text>
        </div>
        <Button
          component="a"
          href={`/api/v1/${tenantSlug}/offline/snapshot`}
          download="security-snapshot.txt"
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          Download
        </Button>
      </Group>
    </Card>
  );
}

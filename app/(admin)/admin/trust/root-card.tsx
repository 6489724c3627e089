"use client";

import { Button, Card, Group, Menu, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconChevronDown,
  IconDownload,
  IconRefresh,
  IconServer,
} from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { confirmAction } from "../../../_components/confirm.tsx";
import { CopyField } from "../../../_components/copy.tsx";
import { countOf } from "../../../_components/format.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { ToneBadge } from "../../../_components/status-badge.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ExportRoot } from "./export-root.tsx";
import { RestoreRoot } from "./restore-root.tsx";
import type { Root } from "./trust.ts";
import { useTrustChanged } from "./use-trust-change.ts";

/** The root key: what applications pin, where its private part is, and what can be done with it. */
export function RootCard({ root, mayRotate }: { root: Root; mayRotate: boolean }) {
  const trpc = useTRPC();
  const changed = useTrustChanged();
  const [exporting, exported] = useDisclosure(false);
  const [restoring, restored] = useDisclosure(false);
  const rotate = useMutation(trpc.trust.rotateRoot.mutationOptions());
  const replace = useMutation(trpc.trust.replaceCompromisedRoot.mutationOptions());

  function confirmRotate() {
    confirmAction({
      title: "Replace the root key?",
      effects: [
        "Both roots sign that the new one follows, so installed applications go on by themselves.",
        "Ship the new root key with your next release: an application pins the one it was built with.",
      ],
      undo: "The old root signs nothing any more. This cannot be undone.",
      confirm: "Replace root",
      run: async () => changed("A new root is in force.", await rotate.mutateAsync()),
    });
  }

  function confirmCompromised() {
    confirmAction({
      title: "Give this root up as compromised?",
      effects: [
        "A new root is made, and everything is signed by it from now on.",
        "Installed applications do not follow: whoever has the old root could lead them too. They must be updated with the new key.",
      ],
      undo: "This cannot be undone. Use it only when others may have the root's private part.",
      confirm: "Give it up",
      danger: true,
      typed: "compromised",
      run: async () => changed("The root was given up.", await replace.mutateAsync()),
    });
  }

  return (
    <Card component="section" aria-labelledby="root-title">
      <Group justify="space-between" align="flex-start" gap="sm" mb="md">
        <div>
          <Group gap="xs">
            <Title order={2} fz="h3" id="root-title">
              Root key
            </Title>
            {root.offline ? (
              <ToneBadge tone="good" label="Offline" />
            ) : (
              <ToneBadge tone="neutral" label="On this server" />
            )}
          </Group>
          <Text fz="sm" c="dimmed" component="div" mt={2}>
            Made <RelativeTime at={root.createdAt} /> · trust bundle {root.trustSeq} · each is good for{" "}
            {countOf(root.bundleDays, "day")}
          </Text>
        </div>
        {mayRotate && (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button variant="default" rightSection={<IconChevronDown size={16} />}>
                Root key
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {root.offline ? (
                <Menu.Item leftSection={<IconServer size={16} />} onClick={restored.open}>
                  Bring it back to this server
                </Menu.Item>
              ) : (
                <>
                  <Menu.Item leftSection={<IconDownload size={16} />} onClick={exported.open}>
                    Take it off this server
                  </Menu.Item>
                  <Menu.Item leftSection={<IconRefresh size={16} />} onClick={confirmRotate}>
                    Replace it
                  </Menu.Item>
                </>
              )}
              <Menu.Divider />
              <Menu.Item
                color="red"
                leftSection={<IconAlertTriangle size={16} />}
                onClick={confirmCompromised}
              >
                Others may have it
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <CopyField
        label="What applications pin"
        description="Public: it belongs into the program's source."
        value={root.x}
      />
      <ExportRoot opened={exporting} close={exported.close} />
      <RestoreRoot opened={restoring} close={restored.close} />
    </Card>
  );
}

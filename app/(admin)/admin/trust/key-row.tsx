"use client";

import { ActionIcon, Group, Menu, Text } from "@mantine/core";
import { IconAlertTriangle, IconDots } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { confirmAction } from "../../../_components/confirm.tsx";
import { CopyText } from "../../../_components/copy.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../_components/status-badge.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import classes from "./trust.module.css";
import type { Key } from "./trust.ts";
import { useTrustChanged } from "./use-trust-change.ts";

/** One key: where it is in its life, and until when it counts. */
export function KeyRow({ facts, title, mayRotate }: { facts: Key; title: string; mayRotate: boolean }) {
  const trpc = useTRPC();
  const changed = useTrustChanged();
  const compromise = useMutation(trpc.trust.replaceCompromisedKey.mutationOptions());
  const { kid, status } = facts;
  const lower = title.toLowerCase();

  function confirmCompromised() {
    confirmAction({
      title: `Give this ${lower} key up as compromised?`,
      effects: [
        "From the next request on no server accepts anything it signed; applications learn it from the next trust bundle.",
        status === "active" ? "A new key signs at once." : "The key that signs now goes on.",
        lower === "activation" && status !== "announced"
          ? "Devices whose token it signed activate again, and keep their slot."
          : "Whoever holds something it signed gets a new one when asking next.",
      ],
      undo: "This cannot be undone. Use it only when others may have the key.",
      confirm: "Give it up",
      danger: true,
      typed: "compromised",
      run: async () => changed(`The ${lower} key was given up.`, await compromise.mutateAsync({ kid })),
    });
  }

  return (
    <Group className={classes.key} justify="space-between" gap="xs" wrap="nowrap">
      <Group gap="6px 12px">
        <StatusBadge status={status} />
        <CopyText value={kid} label="key id" shown={`${kid.slice(0, 8)}…`} />
        <Text fz="xs" c="dimmed" component="div">
          <Life facts={facts} />
        </Text>
      </Group>
      {mayRotate && status !== "destroyed" && status !== "compromised" && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`More about key ${kid.slice(0, 8)}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item color="red" leftSection={<IconAlertTriangle size={16} />} onClick={confirmCompromised}>
              Others may have it
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}

function Life({ facts: { status, notBefore, notAfter, signsFrom, endedAt } }: { facts: Key }) {
  switch (status) {
    case "announced":
      return signsFrom === undefined ? (
        "waits for a bundle that lists it"
      ) : (
        <>
          may sign <RelativeTime at={signsFrom} />
        </>
      );
    case "active":
      return (
        <>
          began <RelativeTime at={notBefore} /> · ends <RelativeTime at={notAfter} />
        </>
      );
    case "retired":
      return (
        <>
          stops being believed <RelativeTime at={notAfter} />
        </>
      );
    default:
      return endedAt === null ? (
        "ended"
      ) : (
        <>
          ended <RelativeTime at={endedAt} />
        </>
      );
  }
}

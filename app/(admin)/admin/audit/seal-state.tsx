"use client";

import { Group, Text, Tooltip } from "@mantine/core";
import { IconLock, IconLockExclamation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { formatNumber } from "../../../_components/format.ts";
import { RelativeTime, useNow } from "../../../_components/relative-time.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

/** An entry is sealed within a minute; twice that without says that nobody does it. */
const LATE_MS = 120_000;

/** How far the chain is signed for, which is what makes it worth more than the database it lies in. */
export function SealState() {
  const trpc = useTRPC();
  const now = useNow();
  const { data } = useQuery(trpc.audit.seal.queryOptions(undefined, { refetchInterval: 30_000 }));
  if (data === undefined) return null;
  const { entries, seal, unsealedSince } = data;
  const open = entries - (seal?.seq ?? 0);
  const isLate = unsealedSince !== null && now.getTime() - unsealedSince.getTime() > LATE_MS;
  if (isLate)
    return (
      <Group gap={8} wrap="nowrap">
        <IconLockExclamation size={20} color="var(--mantine-color-yellow-6)" aria-hidden />
        <Text fz="sm" component="div">
          <b>
            {formatNumber(open)} {open === 1 ? "entry is" : "entries are"} not sealed
          </b>
          , the oldest of <RelativeTime at={unsealedSince} />. Is the worker running? If it is, verify the
          chain.
        </Text>
      </Group>
    );
  if (seal === null) return null;
  return (
    <Tooltip
      multiline
      w={300}
      label="A checkpoint is signed with a key that is not in the database: nothing before it can be rewritten unseen."
    >
      <Group gap={8} wrap="nowrap">
        <IconLock size={20} color="var(--mantine-color-dimmed)" aria-hidden />
        <Text fz="sm" c="dimmed" component="div">
          {open === 0 ? "All" : `${formatNumber(seal.seq)} of`} {formatNumber(entries)} entries sealed{" "}
          <RelativeTime at={seal.at} />
        </Text>
      </Group>
    </Tooltip>
  );
}

"use client";

import { Alert, Button, Group, Text } from "@mantine/core";
import { IconDownload, IconLink, IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../_components/error-state.tsx";
import { formatNumber } from "../../../_components/format.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { SealState } from "./seal-state.tsx";

const WHY: Readonly<Record<string, string>> = {
  missing: "it is missing",
  changed: "its content was changed",
  relinked:
    "it no longer fits the entry that follows, the checkpoint that sealed it, or the head that is kept apart",
  seal: "the checkpoint there was not signed by your key",
};

/** Reads the whole chain on the server and says whether every entry is as it was written; takes it home as a file. */
export function VerifyChain() {
  const trpc = useTRPC();
  const verdict = useQuery(trpc.audit.verify.queryOptions(undefined, { enabled: false, retry: false }));
  const { data, error, isFetching, dataUpdatedAt } = verdict;
  if (error && !isFetching) return <ErrorState error={error} retry={() => verdict.refetch()} />;
  return (
    <Group mb="md" gap="md" align="center" aria-live="polite">
      <Group gap="sm">
        <Button
          variant="default"
          leftSection={<IconLink size={16} />}
          loading={isFetching}
          onClick={() => verdict.refetch()}
        >
          Verify chain
        </Button>
        <Button
          component="a"
          href="/admin/audit/export"
          download
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          Export
        </Button>
      </Group>
      {data === undefined && <SealState />}
      {data?.intact === true && (
        <Group gap={8} wrap="nowrap">
          <IconShieldCheck size={20} color="var(--mantine-color-green-6)" aria-hidden />
          <Text fz="sm" component="div">
            <b>Intact.</b> {formatNumber(data.head.seq)} {data.head.seq === 1 ? "entry is" : "entries are"} as
            written
            {data.seal !== null && `, sealed up to entry ${formatNumber(data.seal.seq)}`}; checked{" "}
            <RelativeTime at={new Date(dataUpdatedAt)} />.
          </Text>
        </Group>
      )}
      {data?.intact === false && (
        <Alert
          color="red"
          icon={<IconShieldX size={20} />}
          role="alert"
          title="The chain is broken"
          flex="1 1 20rem"
        >
          Entry {formatNumber(data.seq)} does not verify: {WHY[data.reason] ?? data.reason}. Keep a copy of
          the database, export the audit, and find out who had access to it.
        </Alert>
      )}
    </Group>
  );
}

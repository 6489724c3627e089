"use client";

import { Alert, Button, Stack, Tabs, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { toastFailed } from "../../../_components/toasts.tsx";
import type { Addresses } from "../../../_server.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { installCommand } from "../products/[id]/snippets.ts";
import { programsFor } from "./programs.ts";
import type { FirstLicense, Start } from "./start.ts";

/** A program with this account's own values in it. The key is in it for whoever issued the license or asks for it. */
export function ProgramStep({
  start: { kind, product },
  license,
  licenseKey,
  onRevealed,
  addresses,
}: {
  start: Start;
  license: FirstLicense;
  licenseKey: string | undefined;
  onRevealed: (key: string) => void;
  addresses: Addresses;
}) {
  const trpc = useTRPC();
  const sdk = useQuery(trpc.product.sdk.queryOptions({ id: product.id }));
  const reveal = useMutation(
    trpc.license.revealKey.mutationOptions({
      onError: toastFailed,
      onSuccess: ({ key }) => onRevealed(key),
    }),
  );
  if (sdk.data === undefined) {
    if (sdk.error === null) return <TableSkeleton columns={1} rows={5} />;
    return <ErrorState error={sdk.error} retry={() => sdk.refetch()} busy={sdk.isFetching} />;
  }
  const values = { server: addresses.licenseServer, ...sdk.data, licenseKey: licenseKey ?? license.keyHint };
  return (
    <Stack gap="md">
      {licenseKey === undefined && (
        <Alert
          color="copper"
          variant="light"
          icon={<IconKey size={18} />}
          title="The license key is missing here"
        >
          <Stack gap="xs" align="flex-start">
            <Text fz="sm">
              It is shown when it is issued; asking for it again is recorded in the audit log.
            </Text>
            <Button
              size="xs"
              variant="default"
              onClick={() => reveal.mutate({ id: license.id })}
              loading={reveal.isPending}
            >
              Fill in the key
            </Button>
          </Stack>
        </Alert>
      )}
      <Tabs defaultValue="typescript" variant="outline">
        <Tabs.List mb="md">
          {programsFor(kind, values).map(({ id, label }) => (
            <Tabs.Tab key={id} value={id}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {programsFor(kind, values).map(({ id, label, code, note }) => (
          <Tabs.Panel key={id} value={id}>
            <Stack gap="sm">
              {id === "typescript" && (
                <CodeBlock label="Install command" code={installCommand(addresses.portal)} />
              )}
              <CodeBlock label={label} code={code} />
              <Text fz="sm" c="dimmed">
                {note}
              </Text>
            </Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}

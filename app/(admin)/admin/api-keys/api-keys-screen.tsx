"use client";

import { Button, Card, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { useNow } from "../../../_components/relative-time.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { inOrder } from "./api-key.ts";
import { ApiKeyCard } from "./api-key-card.tsx";
import { NewApiKey } from "./new-api-key.tsx";

export function ApiKeysScreen({ mayWrite }: { mayWrite: boolean }) {
  const trpc = useTRPC();
  const keys = useQuery(trpc.apiKey.list.queryOptions());
  const now = useNow();
  const [creating, { open, close }] = useDisclosure(false);
  const create = mayWrite && (
    <Button leftSection={<IconPlus size={18} />} onClick={open}>
      New API key
    </Button>
  );
  return (
    <>
      <PageHeader
        title="API keys"
        description="How your own backends prove themselves when they charge credits for a license. Applications need none: they have their activation."
        actions={keys.data !== undefined && keys.data.length > 0 && create}
      />
      {keys.data === undefined ? (
        <Card padding={0}>
          {keys.error ? (
            <ErrorState error={keys.error} retry={() => keys.refetch()} busy={keys.isFetching} />
          ) : (
            <TableSkeleton columns={3} rows={4} />
          )}
        </Card>
      ) : keys.data.length === 0 ? (
        <Card>
          <EmptyState icon={IconKey} title="No backend has a key yet" action={create}>
            Make one for an API gateway or a billing service, with just what it needs. It is shown once, and
            can be replaced without a gap.
          </EmptyState>
        </Card>
      ) : (
        <Stack gap="sm">
          {inOrder(keys.data, now).map((key) => (
            <ApiKeyCard key={key.id} apiKey={key} now={now} mayWrite={mayWrite} />
          ))}
        </Stack>
      )}
      {mayWrite && <NewApiKey opened={creating} close={close} />}
    </>
  );
}

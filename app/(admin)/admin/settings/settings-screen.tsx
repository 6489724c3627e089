"use client";

import { Card } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { SettingsForm } from "./settings-form.tsx";

export function SettingsScreen({ mayWrite, joinUrl }: { mayWrite: boolean; joinUrl: string }) {
  const trpc = useTRPC();
  const settings = useQuery(trpc.settings.get.queryOptions());
  return (
    <>
      <PageHeader
        title="Settings"
        description="How your customers see you, and what you ask of whoever works here."
      />
      {settings.data === undefined ? (
        <Card padding={0}>
          {settings.error ? (
            <ErrorState error={settings.error} retry={() => settings.refetch()} busy={settings.isFetching} />
          ) : (
            <TableSkeleton columns={2} rows={5} />
          )}
        </Card>
      ) : (
        <SettingsForm settings={settings.data} mayWrite={mayWrite} joinUrl={joinUrl} />
      )}
    </>
  );
}

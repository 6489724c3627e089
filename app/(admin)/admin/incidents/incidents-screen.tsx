"use client";

import { Card, Stack, Text, Title } from "@mantine/core";
import { IconScaleOutline } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { IncidentCard } from "./incident-card.tsx";
import { PastIncidents } from "./past-incidents.tsx";

/** Often enough that somebody who puts things right sees the incident end. */
const REFRESH_MS = 30_000;

export function IncidentsScreen({ mayAcknowledge }: { mayAcknowledge: boolean }) {
  const trpc = useTRPC();
  const incidents = useQuery(trpc.incident.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const { items, checkedAt } = incidents.data ?? { items: [], checkedAt: null };
  const lasting = items.filter(({ resolvedAt }) => resolvedAt === null);
  const past = items.filter(({ resolvedAt }) => resolvedAt !== null);
  return (
    <>
      <PageHeader
        title="Incidents"
        description="Signet adds up again, all the time, what balances, seats and device counts are made of. What does not agree is shown here. Nothing is repaired by itself, so that nothing is hidden."
      />
      {incidents.data === undefined ? (
        <Card padding={0}>
          {incidents.error ? (
            <ErrorState
              error={incidents.error}
              retry={() => incidents.refetch()}
              busy={incidents.isFetching}
            />
          ) : (
            <TableSkeleton columns={2} rows={3} />
          )}
        </Card>
      ) : (
        <Stack gap="lg">
          {lasting.length === 0 ? (
            <Card>
              <EmptyState icon={IconScaleOutline} title="Everything adds up">
                {checkedAt === null ? (
                  "The first check runs as soon as the worker starts, and one each hour after that."
                ) : (
                  <>
                    Every balance is the sum of its ledger, every pool has its slots, and every license its
                    devices. Last looked at <RelativeTime at={checkedAt} />.
                  </>
                )}
              </EmptyState>
            </Card>
          ) : (
            <section aria-labelledby="lasting-title">
              <Title order={2} fz="h3" id="lasting-title">
                {lasting.length === 1 ? "One ongoing" : `${lasting.length} ongoing`}
              </Title>
              {checkedAt !== null && (
                <Text fz="sm" c="dimmed" component="div" mb="sm">
                  Last looked at <RelativeTime at={checkedAt} />; that a record agrees again is seen within
                  the hour.
                </Text>
              )}
              <Stack gap="sm">
                {lasting.map((incident) => (
                  <IncidentCard
                    key={`${incident.kind} ${incident.subjectId}`}
                    incident={incident}
                    mayAcknowledge={mayAcknowledge}
                  />
                ))}
              </Stack>
            </section>
          )}
          {past.length > 0 && <PastIncidents incidents={past} />}
        </Stack>
      )}
    </>
  );
}

"use client";

import { Card, Grid, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { LicenseState } from "../../../../_components/license-state.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { DevicesCard } from "./devices-card.tsx";
import type { LicensePermissions } from "./license.ts";
import { LicenseActions } from "./license-actions.tsx";
import { LicenseSummary } from "./license-summary.tsx";
import { OfflineCard } from "./offline-card.tsx";
import { SeatsCard } from "./seats-card.tsx";
import { TermsCard } from "./terms-card.tsx";
import { TimelineCard } from "./timeline-card.tsx";
import { UsageCard } from "./usage-card.tsx";

const CRUMBS = [{ label: "Licenses", href: "/admin/licenses" }];

export function LicenseScreen({
  id,
  may,
  joinUrl,
}: {
  id: string;
  may: LicensePermissions;
  joinUrl: string;
}) {
  const trpc = useTRPC();
  const query = useQuery(trpc.license.get.queryOptions({ id }));
  const license = query.data;
  if (license === undefined) {
    return (
      <>
        <PageHeader title="License" crumbs={CRUMBS} />
        <Card>
          {query.error ? (
            <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
          ) : (
            <Loading />
          )}
        </Card>
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={license.keyHint}
        crumbs={CRUMBS}
        badge={<LicenseState license={license} inline />}
        actions={<LicenseActions license={license} may={may} />}
      />
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="lg">
            <DevicesCard license={license} mayDeactivate={may.suspend} />
            <OfflineCard license={license} mayAnswer={may.issue} />
            <SeatsCard licenseId={license.id} mayRelease={may.suspend} />
            <UsageCard licenseId={license.id} />
            <TermsCard license={license} mayChange={may.issue} />
            <TimelineCard license={license} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }} order={{ base: -1, md: 1 }}>
          <LicenseSummary license={license} may={may} joinUrl={joinUrl} />
        </Grid.Col>
      </Grid>
    </>
  );
}

function Loading() {
  return (
    <Stack gap="lg" role="status" aria-label="Loading">
      {[60, 85, 40].map((width) => (
        <Skeleton key={width} height={14} width={`${width}%`} />
      ))}
    </Stack>
  );
}

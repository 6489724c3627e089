"use client";

import { Card, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../../../_components/error-state.tsx";
import { PageHeader } from "../../../../../_components/page-header.tsx";
import { Exchanges } from "../../../../../_offline/exchanges.tsx";
import { OfflineDesk } from "../../../../../_offline/offline-desk.tsx";
import { SnapshotButton } from "../../../../../_offline/snapshot-button.tsx";
import { useTRPC } from "../../../../../_trpc/client.tsx";

/** Where staff bring the files of a license's machines without a network. */
export function LicenseOfflineScreen({ id, vendorName }: { id: string; vendorName: string }) {
  const trpc = useTRPC();
  const license = useQuery(trpc.license.get.queryOptions({ id }));
  const desk = { procedures: trpc.offline, audience: "staff", vendorName, licenseId: id } as const;
  const crumbs = [
    { label: "Licenses", href: "/admin/licenses" },
    { label: license.data?.keyHint ?? "License", href: `/admin/licenses/${id}` },
  ];
  if (license.data === undefined && license.error)
    return (
      <>
        <PageHeader title="Offline machines" crumbs={crumbs} />
        <Card>
          <ErrorState error={license.error} retry={() => license.refetch()} busy={license.isFetching} />
        </Card>
      </>
    );
  return (
    <>
      <PageHeader
        title="Offline machines"
        crumbs={crumbs}
        description={
          license.data &&
          `Of ${license.data.customer.name}, for ${license.data.product.name}: answer what a machine without a network made.`
        }
        actions={<SnapshotButton desk={desk} />}
      />
      <Stack gap="lg">
        <OfflineDesk desk={desk} />
        <Card component="section" aria-labelledby="answered-title">
          <Title order={2} fz="h3" id="answered-title" mb="sm">
            Answered before
          </Title>
          <Exchanges desk={desk} mayTake />
        </Card>
      </Stack>
    </>
  );
}

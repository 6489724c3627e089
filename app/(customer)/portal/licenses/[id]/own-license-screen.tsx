"use client";

import { Card, Grid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { LicenseState } from "../../../../_components/license-state.tsx";
import { TextLink } from "../../../../_components/links.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import { TimeBar } from "../../../../_components/time-bar.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { DeviceList } from "../../devices/device-list.tsx";
import { InUse } from "../../in-use.tsx";
import { stateSentence } from "../../state-sentence.ts";
import { KeyCard } from "./key-card.tsx";
import type { OwnLicense } from "./own-license.ts";

const CRUMBS = [{ label: "My licenses", href: "/portal" }];

/** Whether a license works and until when, what it allows in plain words, its key, and where it is in use. */
export function OwnLicenseScreen({
  id,
  vendorName,
  mayReveal,
  mayDeactivate,
}: {
  id: string;
  vendorName: string;
  mayReveal: boolean;
  mayDeactivate: boolean;
}) {
  const trpc = useTRPC();
  const query = useQuery(trpc.portal.license.get.queryOptions({ id }));
  const license = query.data;
  if (license === undefined) {
    return (
      <>
        <PageHeader title="License" crumbs={CRUMBS} />
        <Card>
          {query.error ? (
            <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
          ) : (
            <TableSkeleton columns={2} rows={6} />
          )}
        </Card>
      </>
    );
  }
  const works = license.status === "active" || license.status === "grace";
  return (
    <>
      <PageHeader
        title={license.product}
        crumbs={CRUMBS}
        badge={<LicenseState license={license} inline />}
        description={
          <>
            {license.policy} ·{" "}
            <Text span ff="monospace" fz="sm">
              {license.keyHint}
            </Text>
          </>
        }
      />
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="lg">
            <Card component="section" aria-label="State">
              <Stack gap="sm">
                <Text fz="lg" suppressHydrationWarning>
                  {stateSentence(license, vendorName)}
                </Text>
                {works && <TimeBar license={license} />}
                <InUse license={license} />
              </Stack>
            </Card>
            <Devices license={license} vendorName={vendorName} mayDeactivate={mayDeactivate} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="lg">
            <KeyCard license={license} mayReveal={mayReveal} />
            <Terms license={license} />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function Terms({ license }: { license: OwnLicense }) {
  // How long and on how many devices is one sentence.
  const groups = Map.groupBy(license.terms, ({ group }) => (group === "validity" ? "devices" : group));
  return (
    <Card component="section" aria-labelledby="terms">
      <Title order={2} fz="h3" id="terms" mb="xs">
        What it allows
      </Title>
      <Stack gap="xs">
        {[...groups].map(([group, statements]) => (
          <Text key={group} fz="sm">
            {statements.map(({ text }) => text).join(" ")}
          </Text>
        ))}
      </Stack>
    </Card>
  );
}

function Devices({
  license,
  vendorName,
  mayDeactivate,
}: {
  license: OwnLicense;
  vendorName: string;
  mayDeactivate: boolean;
}) {
  const { id, keyHint, product, devices, activationCount, movable } = license;
  return (
    <Card component="section" aria-labelledby="devices">
      <Title order={2} fz="h3" id="devices" mb="xs">
        Devices
      </Title>
      {devices.length === 0 ? (
        <Text fz="sm" c="dimmed">
          None yet. A device appears here once somebody enters the license key in {product}.
        </Text>
      ) : (
        <DeviceList
          devices={devices.map((device) => ({ ...device, movable, license: { id, keyHint, product } }))}
          vendorName={vendorName}
          mayDeactivate={mayDeactivate}
          of="license"
        />
      )}
      {activationCount > devices.length && (
        <TextLink href={`/portal/devices?licenseId=${id}`} fz="sm" mt="xs">
          Show all {formatNumber(activationCount)} devices
        </TextLink>
      )}
    </Card>
  );
}

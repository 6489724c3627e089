"use client";

import { Card, Grid, Group, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { IconCertificate, IconRocket } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { formatNumber } from "../../../_components/format.ts";
import { LinkButton } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ActivationsCard } from "./activations-card.tsx";
import { DecisionsCard } from "./decisions-card.tsx";
import { DenialsCard } from "./denials-card.tsx";
import { ExpiringCard } from "./expiring-card.tsx";
import { IncidentsAlert } from "./incidents-alert.tsx";
import type { Numbers } from "./numbers.ts";
import { StatTile } from "./stat-tile.tsx";

interface May {
  readonly mayIssue: boolean;
  /** Whether the guided start is for them. */
  readonly mayStart: boolean;
}

export function OverviewScreen({ tenantName, ...may }: May & { tenantName: string }) {
  const trpc = useTRPC();
  const overview = useQuery(trpc.overview.get.queryOptions());
  const numbers = overview.data;

  function body() {
    if (numbers !== undefined) return <Dashboard numbers={numbers} {...may} />;
    if (overview.error === null) return <Loading />;
    return (
      <Card>
        <ErrorState error={overview.error} retry={() => overview.refetch()} busy={overview.isFetching} />
      </Card>
    );
  }

  return (
    <>
      <PageHeader title="Overview" description={`How licensing is going at ${tenantName}.`} />
      <IncidentsAlert />
      {body()}
    </>
  );
}

function Dashboard({ numbers, ...may }: May & { numbers: Numbers }) {
  const { licensesByStatus, activeDevices, countedAt, activationsByDay, denialsByCode } = numbers;
  const licenses = sum(licensesByStatus);
  if (licenses === 0) return <FirstLicense {...may} />;
  const of = (status: string) => licensesByStatus.find((entry) => entry.status === status)?.count ?? 0;
  const usable = of("active") + of("grace");
  const stopped = of("suspended") + of("revoked");
  const noneYet = activeDevices === 0 && sum(activationsByDay) === 0;
  return (
    <Stack gap="lg">
      {noneYet && may.mayStart && <FirstActivation />}
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing={{ base: "sm", sm: "lg" }}>
        <StatTile
          label="Active licenses"
          value={usable}
          detail={detail(
            [of("grace"), "in grace"],
            [of("pending"), "pending"],
            [of("expired"), "expired"],
            [stopped, "stopped"],
          )}
          href="/admin/licenses?status=active"
        />
        <StatTile label="Devices in use" value={activeDevices} detail={perLicense(activeDevices, usable)} />
        <StatTile
          label="New devices"
          value={sum(activationsByDay)}
          detail="in the last 30 days"
          href="/admin/analytics?period=30d"
        />
        <StatTile
          label="Refused"
          value={sum(denialsByCode)}
          detail="requests in the last 7 days"
          href="/admin/analytics?period=7d"
        />
      </SimpleGrid>
      {countedAt !== null && (
        <Text size="xs" c="dimmed" mt="-sm">
          Licenses and devices were counted <RelativeTime at={countedAt} />.
        </Text>
      )}
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <ActivationsCard days={activationsByDay} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <DenialsCard denials={denialsByCode} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <DecisionsCard decisions={numbers.decisions} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <ExpiringCard licenses={numbers.expiring} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** Licenses are there, and no program has used one. */
function FirstActivation() {
  return (
    <Card>
      <Group justify="space-between" gap="md">
        <div>
          <Text fw={600}>No device has been activated yet</Text>
          <Text fz="sm" c="dimmed">
            The guided start gives you a program that does it, and shows the moment it happens.
          </Text>
        </div>
        <LinkButton href="/admin/start" leftSection={<IconRocket size={18} />}>
          Get started
        </LinkButton>
      </Group>
    </Card>
  );
}

function FirstLicense({ mayIssue, mayStart }: May) {
  return (
    <Card>
      <EmptyState
        icon={mayStart ? IconRocket : IconCertificate}
        title="No licenses yet"
        action={
          mayStart ? (
            <LinkButton href="/admin/start">Get started</LinkButton>
          ) : (
            mayIssue && <LinkButton href="/admin/licenses/new">Issue the first license</LinkButton>
          )
        }
      >
        Once customers hold licenses, this page shows at a glance whether they can use them: devices that
        join, requests that are refused and why, and what is about to end.
      </EmptyState>
    </Card>
  );
}

function Loading() {
  return (
    <Stack gap="lg" role="status" aria-label="Loading">
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing={{ base: "sm", sm: "lg" }}>
        {[1, 2, 3, 4].map((tile) => (
          <Skeleton key={tile} height={112} radius="lg" />
        ))}
      </SimpleGrid>
      <Skeleton height={300} radius="lg" />
      <Skeleton height={260} radius="lg" />
    </Stack>
  );
}

function sum(entries: readonly { readonly count: number }[]): number {
  return entries.reduce((total, { count }) => total + count, 0);
}

function detail(...parts: readonly (readonly [number, string])[]): string {
  const said = parts
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${formatNumber(count)} ${words}`);
  return said.length === 0 ? "every license issued" : said.join(", ");
}

function perLicense(devices: number, licenses: number): string {
  if (devices === 0) return "none yet";
  if (licenses === 0) return "on licenses that have stopped";
  return `${(devices / licenses).toLocaleString("en", { maximumFractionDigits: 1 })} a license`;
}

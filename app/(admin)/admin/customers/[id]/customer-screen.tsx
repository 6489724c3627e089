"use client";

import { Card, Grid, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconCertificate, IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { LinkButton, TextLink } from "../../../../_components/links.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../../_components/status-badge.tsx";
import { TableToolbar } from "../../../../_components/table-toolbar.tsx";
import { useTable } from "../../../../_components/use-table.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { LicensesTable } from "../../licenses/licenses-table.tsx";
import { OWN_LICENSES, STATUS_OPTIONS } from "../../licenses/list.ts";
import { CustomerActions } from "./customer-actions.tsx";
import { PeopleCard } from "./people-card.tsx";

const CRUMBS = [{ label: "Customers", href: "/admin/customers" }];

export function CustomerScreen({
  id,
  mayWrite,
  mayIssue,
}: {
  id: string;
  mayWrite: boolean;
  mayIssue: boolean;
}) {
  const trpc = useTRPC();
  const query = useQuery(trpc.customer.get.queryOptions({ id }));
  const customer = query.data;
  if (customer === undefined) {
    return (
      <>
        <PageHeader title="Customer" crumbs={CRUMBS} />
        <Card>
          {query.error ? (
            <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
          ) : (
            <Stack gap="lg" role="status" aria-label="Loading">
              <Skeleton height={14} width="50%" />
              <Skeleton height={14} width="80%" />
            </Stack>
          )}
        </Card>
      </>
    );
  }
  const { name, email, note, createdAt, archivedAt } = customer;
  const issue = mayIssue && archivedAt === null && (
    <LinkButton href={`/admin/licenses/new?customerId=${id}`} leftSection={<IconPlus size={18} />}>
      Issue license
    </LinkButton>
  );
  return (
    <>
      <PageHeader
        title={name}
        crumbs={CRUMBS}
        badge={archivedAt !== null && <StatusBadge status="archived" />}
        actions={
          <>
            {issue}
            {mayWrite && <CustomerActions customer={customer} />}
          </>
        }
      />
      <Group gap="6px 20px" mb="lg" mt={-8} fz="sm" c="dimmed">
        {email !== null && (
          <TextLink href={`mailto:${email}`} fz="sm">
            {email}
          </TextLink>
        )}
        <span>
          Added <RelativeTime at={createdAt} />
        </span>
      </Group>
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Title order={2} fz="h3" mb="sm">
            Licenses
          </Title>
          <OwnLicenses id={id} name={name} issue={issue} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="lg" pt={{ base: 0, md: 33 }}>
            <PeopleCard customer={customer} mayWrite={mayWrite} />
            {note && (
              <Card component="section" aria-label="Note">
                <Title order={2} fz="h3" mb={6}>
                  Note
                </Title>
                <Text fz="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                  {note}
                </Text>
              </Card>
            )}
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function OwnLicenses({ id, name, issue }: { id: string; name: string; issue: React.ReactNode }) {
  const trpc = useTRPC();
  const table = useTable(OWN_LICENSES);
  const licenses = useQuery(
    trpc.license.list.queryOptions({ ...table.input, customerId: id }, { placeholderData: keepPreviousData }),
  );
  return (
    <LicensesTable
      ofOneCustomer
      query={licenses}
      table={table}
      toolbar={
        <TableToolbar
          table={table}
          search="Search key or note"
          filters={[{ name: "status", any: "Any status", options: STATUS_OPTIONS }]}
        />
      }
      empty={
        <EmptyState icon={IconCertificate} title="No licenses yet" action={issue}>
          {name} may not use anything yet. Issue a license and send them its key.
        </EmptyState>
      }
    />
  );
}

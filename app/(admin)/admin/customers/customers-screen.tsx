"use client";

import { Box, Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBuilding, IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { CopyField } from "../../../_components/copy.tsx";
import { DataTable } from "../../../_components/data-table.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { formatNumber } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../_components/status-badge.tsx";
import { TableToolbar } from "../../../_components/table-toolbar.tsx";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { CreateCustomerModal } from "./customer-form.tsx";
import { CUSTOMERS } from "./list.ts";

interface Row {
  id: string;
  name: string;
  email: string | null;
  createdAt: Date;
  archivedAt: Date | null;
  licenses: { count: number; capped: boolean };
  devices: number;
}

export function CustomersScreen({ mayWrite, joinUrl }: { mayWrite: boolean; joinUrl: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const table = useTable(CUSTOMERS);
  const [creating, { open, close }] = useDisclosure(false);
  const customers = useQuery(
    trpc.customer.list.queryOptions(table.input, { placeholderData: keepPreviousData }),
  );
  const create = (
    <Button leftSection={<IconPlus size={18} />} onClick={open}>
      New customer
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Customers"
        description="The organisations and people you issue licenses to."
        actions={mayWrite && create}
      />
      <DataTable<Row>
        label="Customers"
        query={customers}
        table={table}
        rowKey={({ id }) => id}
        onRow={({ id }) => router.push(`/admin/customers/${id}`)}
        toolbar={
          <TableToolbar
            table={table}
            search="Search name or e-mail"
            filters={[{ name: "state", any: "Current", options: [{ value: "archived", label: "Archived" }] }]}
          />
        }
        empty={
          <EmptyState icon={IconBuilding} title="No customers yet" action={mayWrite && create}>
            A customer is whoever holds licenses: a company, a school, one person. Its people can see its
            licenses in a portal of their own.
          </EmptyState>
        }
        columns={[
          {
            accessor: "name",
            title: "Customer",
            render: ({ id, name, email, archivedAt }) => (
              <Box miw={0}>
                <TextLink href={`/admin/customers/${id}`} fz="sm" fw={600}>
                  {name}
                </TextLink>{" "}
                {archivedAt !== null && <StatusBadge status="archived" />}
                {email !== null && (
                  <Text fz="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                    {email}
                  </Text>
                )}
              </Box>
            ),
          },
          {
            accessor: "licenses",
            title: "Licenses",
            width: 110,
            textAlign: "right",
            render: ({ licenses: { count, capped } }) => (
              <span className="tabular">
                {formatNumber(count)}
                {capped && "+"}
              </span>
            ),
          },
          {
            accessor: "devices",
            title: "Devices",
            width: 110,
            textAlign: "right",
            visibleMediaQuery: "(min-width: 48em)",
            render: ({ devices, licenses }) => (
              <span className="tabular">
                {formatNumber(devices)}
                {licenses.capped && "+"}
              </span>
            ),
          },
          {
            accessor: "createdAt",
            title: "Since",
            width: 150,
            noWrap: true,
            visibleMediaQuery: "(min-width: 48em)",
            render: ({ createdAt }) => <RelativeTime at={createdAt} />,
          },
        ]}
      />
      <Box mt="lg" maw="36rem">
        <CopyField
          label="Your customers sign up by themselves at"
          description="Whoever holds a license key sees that license there. Put the address where you send out keys."
          value={joinUrl}
        />
      </Box>
      {mayWrite && (
        <CreateCustomerModal
          opened={creating}
          close={close}
          onCreated={({ id }) => router.push(`/admin/customers/${id}`)}
        />
      )}
    </>
  );
}

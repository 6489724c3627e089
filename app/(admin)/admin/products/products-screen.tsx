"use client";

import { Box, Code, Text } from "@mantine/core";
import { IconBox, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { DataTableColumn } from "mantine-datatable";
import { useRouter } from "next/navigation";
import { DataTable } from "../../../_components/data-table.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { LinkButton, TextLink } from "../../../_components/links.tsx";
import { contains, localPage } from "../../../_components/local-page.ts";
import { PageHeader } from "../../../_components/page-header.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../_components/status-badge.tsx";
import { TableToolbar } from "../../../_components/table-toolbar.tsx";
import type { TableSpec } from "../../../_components/table-url.ts";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";

const TABLE = { filters: { state: ["live", "archived"] } } satisfies TableSpec;

interface Row {
  id: string;
  code: string;
  name: string;
  keyPrefix: string;
  features: number;
  meters: number;
  policies: number;
  createdAt: Date;
  archivedAt: Date | null;
}

const WIDE = "(min-width: 62em)";
const MEDIUM = "(min-width: 40em)";

const COLUMNS: DataTableColumn<Row>[] = [
  {
    accessor: "name",
    title: "Product",
    render: ({ id, name, code, archivedAt }) => (
      <Box miw={0}>
        <TextLink
          href={`/admin/products/${id}`}
          fz="sm"
          fw={600}
          c="inherit"
          style={{ overflowWrap: "anywhere" }}
        >
          {name}
        </TextLink>
        <Text fz="xs" c="dimmed" ff="monospace">
          {code}
        </Text>
        {archivedAt !== null && (
          <Box mt={6}>
            <StatusBadge status="archived" />
          </Box>
        )}
      </Box>
    ),
  },
  {
    accessor: "keyPrefix",
    title: "Key prefix",
    width: 120,
    render: ({ keyPrefix }) => <Code>{keyPrefix}</Code>,
  },
  { accessor: "features", title: "Features", width: 100, textAlign: "right", visibleMediaQuery: MEDIUM },
  { accessor: "meters", title: "Meters", width: 100, textAlign: "right", visibleMediaQuery: MEDIUM },
  { accessor: "policies", title: "Policies", width: 100, textAlign: "right" },
  {
    accessor: "createdAt",
    title: "Created",
    width: 160,
    noWrap: true,
    visibleMediaQuery: WIDE,
    render: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
];

export function ProductsScreen({ mayWrite }: { mayWrite: boolean }) {
  const trpc = useTRPC();
  const router = useRouter();
  const table = useTable(TABLE);
  const { search, state } = table.input;
  const products = useQuery(
    trpc.product.list.queryOptions(undefined, {
      select: (rows: Row[]) =>
        localPage(
          rows.filter(
            ({ name, code, keyPrefix, archivedAt }) =>
              contains(search, name, code, keyPrefix) &&
              (state === undefined || (state === "archived") === (archivedAt !== null)),
          ),
          table.input,
        ),
    }),
  );
  const create = (label: string) => (
    <LinkButton href="/admin/products/new" leftSection={<IconPlus size={18} />}>
      {label}
    </LinkButton>
  );
  return (
    <>
      <PageHeader
        title="Products"
        description="What you sell: each with the features it can grant, the meters it counts on, and the prefix of its license keys."
        actions={mayWrite && create("New product")}
      />
      <DataTable<Row>
        label="Products"
        query={products}
        table={table}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        onRow={({ id }) => router.push(`/admin/products/${id}`)}
        toolbar={
          <TableToolbar
            table={table}
            search="Search name, code or prefix"
            filters={[
              {
                name: "state",
                any: "Any state",
                options: [
                  { value: "live", label: "In use" },
                  { value: "archived", label: "Archived" },
                ],
              },
            ]}
          />
        }
        empty={
          <EmptyState
            icon={IconBox}
            title="Name the first thing you sell"
            action={mayWrite && create("Create your first product")}
          >
            A product is what a license unlocks: a desktop app, a plug-in, an API. It lists the features a
            license can switch on and the meters usage is counted on; policies then decide who gets what.
          </EmptyState>
        }
      />
    </>
  );
}

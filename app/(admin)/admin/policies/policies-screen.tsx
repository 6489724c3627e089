"use client";

import { Box, Group, Text } from "@mantine/core";
import { IconPlus, IconScale } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { DataTableColumn } from "mantine-datatable";
import { useRouter } from "next/navigation";
import type { AppRouter } from "#server/trpc/router.ts";
import { DataTable } from "../../../_components/data-table.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { formatNumber } from "../../../_components/format.ts";
import { LinkButton, TextLink } from "../../../_components/links.tsx";
import { contains, localPage } from "../../../_components/local-page.ts";
import { PageHeader } from "../../../_components/page-header.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusBadge, ToneBadge } from "../../../_components/status-badge.tsx";
import { TableToolbar } from "../../../_components/table-toolbar.tsx";
import type { TableSpec } from "../../../_components/table-url.ts";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";

const STATES = ["published", "draft", "archived"] as const;
const TABLE = { filters: { product: null, state: STATES } } satisfies TableSpec;

type Row = inferRouterOutputs<AppRouter>["policy"]["list"][number];

const WIDE = "(min-width: 62em)";
const MEDIUM = "(min-width: 40em)";

const COLUMNS: DataTableColumn<Row>[] = [
  {
    accessor: "name",
    title: "Policy",
    render: ({ id, name, code, product }) => (
      <Box miw={0}>
        <TextLink
          href={`/admin/policies/${id}`}
          fz="sm"
          fw={600}
          c="inherit"
          style={{ overflowWrap: "anywhere" }}
        >
          {name}
        </TextLink>
        <Text fz="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          <Text span ff="monospace" inherit>
            {code}
          </Text>
          <Text span inherit hiddenFrom="sm">
            {" "}
            · {product.name}
          </Text>
        </Text>
      </Box>
    ),
  },
  {
    accessor: "product",
    title: "Product",
    visibleMediaQuery: MEDIUM,
    render: ({ product }) => product.name,
  },
  {
    accessor: "state",
    title: "State",
    render: ({ newestVersion, hasDraft, archivedAt }) => (
      <Group gap="6px">
        {archivedAt !== null && <StatusBadge status="archived" />}
        {newestVersion !== null && (
          <ToneBadge
            tone={archivedAt === null ? "good" : "neutral"}
            label={`Version ${newestVersion.number}`}
          />
        )}
        {hasDraft && <StatusBadge status="draft" />}
      </Group>
    ),
  },
  {
    accessor: "licenses",
    title: "Licenses",
    width: 100,
    textAlign: "right",
    visibleMediaQuery: MEDIUM,
    render: ({ licenses: { count, capped } }) => (
      <span className="tabular">
        {formatNumber(count)}
        {capped && "+"}
      </span>
    ),
  },
  {
    accessor: "updatedAt",
    title: "Changed",
    width: 150,
    noWrap: true,
    visibleMediaQuery: WIDE,
    render: ({ updatedAt }) => <RelativeTime at={updatedAt} />,
  },
];

function fits(
  state: (typeof STATES)[number] | undefined,
  { newestVersion, hasDraft, archivedAt }: Row,
): boolean {
  if (state === "archived") return archivedAt !== null;
  if (state === "draft") return hasDraft;
  return state === undefined || (newestVersion !== null && archivedAt === null);
}

export function PoliciesScreen({ mayWrite }: { mayWrite: boolean }) {
  const trpc = useTRPC();
  const router = useRouter();
  const table = useTable(TABLE);
  const { search, product, state } = table.input;
  const products = useQuery(trpc.product.list.queryOptions());
  const policies = useQuery(
    trpc.policy.list.queryOptions(
      {},
      {
        select: (rows: Row[]) =>
          localPage(
            rows.filter(
              (row) =>
                contains(search, row.name, row.code, row.product.name) &&
                (product === undefined || row.product.id === product) &&
                fits(state, row),
            ),
            table.input,
          ),
      },
    ),
  );
  const noProduct = products.data?.length === 0;
  const create = (label: string) => (
    <LinkButton
      href={product === undefined ? "/admin/policies/new" : `/admin/policies/new?product=${product}`}
      leftSection={<IconPlus size={18} />}
    >
      {label}
    </LinkButton>
  );
  return (
    <>
      <PageHeader
        title="Policies"
        description="What a license permits: for how long, on how many devices, with which features. Licenses keep the version they were issued under."
        actions={mayWrite && !noProduct && create("New policy")}
      />
      <DataTable<Row>
        label="Policies"
        query={policies}
        table={table}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        onRow={({ id }) => router.push(`/admin/policies/${id}`)}
        toolbar={
          <TableToolbar
            table={table}
            search="Search name, code or product"
            filters={[
              {
                name: "product",
                any: "Any product",
                options: (products.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
              },
              {
                name: "state",
                any: "Any state",
                options: [
                  { value: "published", label: "In force" },
                  { value: "draft", label: "With a draft" },
                  { value: "archived", label: "Archived" },
                ],
              },
            ]}
          />
        }
        empty={
          noProduct ? (
            <EmptyState
              icon={IconScale}
              title="First a product, then its terms"
              action={
                mayWrite && <LinkButton href="/admin/products/new">Create your first product</LinkButton>
              }
            >
              A policy says what a license permits, and every license is for a product. Name what you sell;
              then say on which terms.
            </EmptyState>
          ) : (
            <EmptyState
              icon={IconScale}
              title="Say what a license permits"
              action={mayWrite && create("Create your first policy")}
            >
              A policy is one line of your price list: a perpetual license for three devices, a trial of 14
              days, ten floating seats. Once it is published, licenses can be issued under it.
            </EmptyState>
          )
        }
      />
    </>
  );
}

"use client";

import { Box, Group, Select, Text } from "@mantine/core";
import { IconCoins } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { BalanceBar } from "../../../_components/balance-bar.tsx";
import { DataTable } from "../../../_components/data-table.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { formatNumber } from "../../../_components/format.ts";
import { LinkButton, TextLink } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { CustomerSelect } from "../customers/customer-select.tsx";
import type { Account } from "./account.ts";
import { ACCOUNTS } from "./list.ts";

/** Every balance: who has how many credits on which meter, and what became of those granted. */
export function UsageScreen() {
  const trpc = useTRPC();
  const router = useRouter();
  const table = useTable(ACCOUNTS);
  const { search: _, ...input } = table.input;
  const accounts = useQuery(trpc.balance.list.queryOptions(input, { placeholderData: keepPreviousData }));
  const products = useQuery(trpc.product.list.queryOptions());
  const meters = useQuery(trpc.balance.meters.queryOptions());
  return (
    <>
      <PageHeader
        title="Usage"
        description="What each license may still use on each meter. Open a balance for its grants, tickets and ledger, and to add credits or give some back."
      />
      <DataTable<Account>
        label="Balances"
        query={accounts}
        table={table}
        rowKey={({ id }) => id}
        onRow={({ id }) => router.push(`/admin/usage/${id}`)}
        toolbar={
          <Group gap="sm" role="search">
            <Select
              flex="1 1 8.5rem"
              maw="14rem"
              aria-label="Any product"
              placeholder="Any product"
              data={(products.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              value={table.filter("productId") ?? null}
              onChange={(value) => table.setFilter("productId", value ?? undefined)}
              clearable
            />
            <Select
              flex="1 1 8.5rem"
              maw="14rem"
              aria-label="Any meter"
              placeholder="Any meter"
              data={(meters.data ?? []).map(({ code, name }) => ({ value: code, label: name }))}
              value={table.filter("meter") ?? null}
              onChange={(value) => table.setFilter("meter", value ?? undefined)}
              clearable
            />
            <CustomerSelect
              aria-label="Any customer"
              placeholder="Any customer"
              flex="1 1 8.5rem"
              maw="14rem"
              clearable
              value={table.filter("customerId") ?? null}
              onChange={(id) => table.setFilter("customerId", id ?? undefined)}
            />
          </Group>
        }
        empty={
          <EmptyState
            icon={IconCoins}
            title="Nothing is metered yet"
            action={
              <LinkButton href="/admin/policies" variant="default">
                See what policies meter
              </LinkButton>
            }
          >
            A license has a balance on each meter that its policy names. Give a product a meter and let a
            policy grant credits on it; the balances of licenses issued under it appear here.
          </EmptyState>
        }
        columns={[
          {
            accessor: "customer",
            title: "Whose",
            render: (account) => (
              <Box miw={0}>
                <TextLink href={`/admin/usage/${account.id}`} fz="sm" fw={600}>
                  {account.customer.name}
                </TextLink>
                <Text fz="xs" c="dimmed">
                  {account.meter.name} · {account.product.name} · {account.license.keyHint}
                </Text>
                <Box hiddenFrom="sm" mt={6}>
                  <BalanceBar account={account} />
                </Box>
              </Box>
            ),
          },
          {
            accessor: "bar",
            title: "Spent, reserved, left",
            width: "38%",
            visibleMediaQuery: "(min-width: 48em)",
            render: (account) => <BalanceBar account={account} legend />,
          },
          {
            accessor: "balance",
            title: "Balance",
            textAlign: "right",
            width: 130,
            render: ({ balance, meter }) => (
              <>
                <Text fz="sm" fw={650} className="tabular" {...(balance < 0 ? { c: "red" } : {})}>
                  {formatNumber(balance)}
                </Text>
                <Text fz="xs" c="dimmed">
                  {meter.unit}
                </Text>
              </>
            ),
          },
        ]}
      />
    </>
  );
}

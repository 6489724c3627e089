"use client";

import { Button, Card, Grid, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAdjustments, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { BalanceBar } from "../../../../_components/balance-bar.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { AddCreditsModal } from "./add-credits.tsx";
import { AdjustModal } from "./adjust.tsx";
import { GrantsCard } from "./grants-card.tsx";
import { LedgerCard } from "./ledger-card.tsx";
import { TicketsCard } from "./tickets-card.tsx";

const CRUMBS = [{ label: "Usage", href: "/admin/usage" }];

/** One balance: what it is made of, what was done to it, and what can be done. */
export function AccountScreen({ id, mayChange }: { id: string; mayChange: boolean }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.balance.get.queryOptions({ id }));
  const [adding, { open: openAdding, close: closeAdding }] = useDisclosure(false);
  const [adjusting, { open: openAdjusting, close: closeAdjusting }] = useDisclosure(false);
  const account = query.data;
  if (account === undefined) {
    return (
      <>
        <PageHeader title="Balance" crumbs={CRUMBS} />
        <Card>
          {query.error ? (
            <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
          ) : (
            <TableSkeleton columns={3} rows={4} />
          )}
        </Card>
      </>
    );
  }
  const { meter, customer, license, balance } = account;
  return (
    <>
      <PageHeader
        title={`${meter.name} of ${customer.name}`}
        crumbs={CRUMBS}
        description={
          <>
            {account.product.name} ·{" "}
            <TextLink href={`/admin/licenses/${license.id}`} ff="monospace" fz="sm">
              {license.keyHint}
            </TextLink>
          </>
        }
        actions={
          mayChange && (
            <>
              <Button leftSection={<IconPlus size={16} />} onClick={openAdding}>
                Add credits
              </Button>
              <Button variant="default" leftSection={<IconAdjustments size={16} />} onClick={openAdjusting}>
                Adjust
              </Button>
            </>
          )
        }
      />
      <Stack gap="lg">
        <Card component="section" aria-label="Balance">
          <Text fz="1.75rem" fw={650} lh={1.2} className="tabular" {...(balance < 0 ? { c: "red" } : {})}>
            {formatNumber(balance)}{" "}
            <Text span fz="sm" c="dimmed" fw={400}>
              {meter.unit} {balance < 0 ? "owed" : "left"}
            </Text>
          </Text>
          <Stack mt="sm">
            <BalanceBar account={account} legend />
          </Stack>
        </Card>
        <Grid gap="lg" align="flex-start">
          <Grid.Col span={{ base: 12, md: 6 }}>
            <GrantsCard account={account} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <TicketsCard account={account} mayRefund={mayChange} />
          </Grid.Col>
        </Grid>
        <LedgerCard account={account} mayRefund={mayChange} />
      </Stack>
      {mayChange && (
        <>
          <AddCreditsModal opened={adding} close={closeAdding} account={account} />
          <AdjustModal opened={adjusting} close={closeAdjusting} account={account} />
        </>
      )}
    </>
  );
}

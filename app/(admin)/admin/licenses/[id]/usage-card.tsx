"use client";

import { Box, Card, Group, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { BalanceBar } from "../../../../_components/balance-bar.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import classes from "../../usage/usage.module.css";

/** A license's balances, each leading to its grants, tickets and ledger; nothing for a license without meters. */
export function UsageCard({ licenseId }: { licenseId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.balance.list.queryOptions({ licenseId, limit: 100 }));
  const accounts = query.data?.items ?? [];
  if (accounts.length === 0 && !query.error) return null;
  return (
    <Card component="section" aria-label="Usage">
      <Title order={2} fz="h3">
        Usage
      </Title>
      {query.data === undefined && query.error && (
        <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
      )}
      <ul className={classes.rows}>
        {accounts.map((account) => (
          <li key={account.id} className={classes.row}>
            <Group justify="space-between" gap="sm" mb={6}>
              <TextLink href={`/admin/usage/${account.id}`} fz="sm" fw={600}>
                {account.meter.name}
              </TextLink>
              <Text fz="sm" className="tabular">
                <b>{formatNumber(account.balance)}</b> {account.meter.unit} left
              </Text>
            </Group>
            <Box>
              <BalanceBar account={account} legend />
            </Box>
          </li>
        ))}
      </ul>
    </Card>
  );
}

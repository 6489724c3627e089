"use client";

import { Box, Card, Group, Text, Title } from "@mantine/core";
import { formatNumber } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { StatusBadge } from "../../../_components/status-badge.tsx";
import { PoolFigures } from "../../../_seats/pool-figures.tsx";
import type { SeatPool } from "../../../_seats/seat.ts";
import { SeatList } from "../../../_seats/seat-list.tsx";
import { useRelease } from "./use-release.ts";

/** A license's seats: how full its pool is, and who holds the first of them. */
export function PoolCard({
  pool,
  aheadMs,
  mayRelease,
}: {
  pool: SeatPool;
  aheadMs: number;
  mayRelease: boolean;
}) {
  const release = useRelease(mayRelease);
  const { license, customer, seats, held } = pool;
  return (
    <Card component="section" aria-label={`${customer.name}, ${license.keyHint}`}>
      <PoolHeading pool={pool} />
      <PoolFigures pool={pool} />
      <Box mt="sm">
        <SeatList seats={seats} pool={pool} aheadMs={aheadMs} release={release} />
      </Box>
      {held > seats.length && (
        <TextLink href={`/admin/seats?licenseId=${license.id}`} fz="sm" mt="xs">
          Show all {formatNumber(held)} seats in use
        </TextLink>
      )}
    </Card>
  );
}

/** Whose pool it is, and how full. */
export function PoolHeading({ pool }: { pool: SeatPool }) {
  const { license, customer, product, held, capacity } = pool;
  return (
    <Group justify="space-between" align="flex-start" gap="sm" mb="sm">
      <Box miw={0} flex="1 1 12rem">
        <Group gap={8}>
          <Title order={2} fz="h3" style={{ overflowWrap: "anywhere" }}>
            <TextLink href={`/admin/customers/${customer.id}`} inherit c="inherit">
              {customer.name}
            </TextLink>
          </Title>
          {license.status !== "active" && <StatusBadge status={license.status} />}
        </Group>
        <Text fz="sm" c="dimmed" component="div">
          {product.name} ·{" "}
          <TextLink href={`/admin/licenses/${license.id}`} fz="sm" ff="monospace">
            {license.keyHint}
          </TextLink>
        </Text>
      </Box>
      <Text fz="sm" className="tabular">
        <Text span fz="1.375rem" fw={650}>
          {formatNumber(held)}
        </Text>{" "}
        of {formatNumber(capacity)} in use
      </Text>
    </Group>
  );
}

"use client";

import { Box, Card, Group, Text } from "@mantine/core";
import { IconPlus, IconScale } from "@tabler/icons-react";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { LinkButton, TextLink } from "../../../../_components/links.tsx";
import { StatusBadge, ToneBadge } from "../../../../_components/status-badge.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import { licenseCount } from "../../policies/_rules/license-count.ts";
import classes from "./catalog.module.css";

interface Policy {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly newestVersion: { readonly number: number } | null;
  readonly hasDraft: boolean;
  readonly licenses: { readonly count: number; readonly capped: boolean };
  readonly archivedAt: Date | null;
}

/** The policies licenses of this product are issued under. */
export function PoliciesTab({
  productId,
  query: { data, error, isFetching, refetch },
  mayWrite,
}: {
  productId: string;
  query: { data: readonly Policy[] | undefined; error: unknown; isFetching: boolean; refetch: () => unknown };
  mayWrite: boolean;
}) {
  const add = (
    <LinkButton href={`/admin/policies/new?product=${productId}`} leftSection={<IconPlus size={18} />}>
      New policy
    </LinkButton>
  );
  if (data === undefined) {
    return (
      <Card padding={0}>
        {error ? (
          <ErrorState error={error} retry={refetch} busy={isFetching} />
        ) : (
          <TableSkeleton columns={3} rows={4} />
        )}
      </Card>
    );
  }
  if (data.length === 0) {
    return (
      <Card padding={0}>
        <EmptyState icon={IconScale} title="No terms to sell it under yet" action={mayWrite && add}>
          A policy says what a license of this product permits: for how long, on how many devices, with which
          features. Make one for each thing on your price list.
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card padding={0}>
      <Group justify="space-between" px="md" py="sm" gap="sm">
        <Text fz="sm" c="dimmed" flex="1 1 16rem" maw="42rem">
          A policy says what a license of this product permits. New licenses get its newest published version.
        </Text>
        {mayWrite && add}
      </Group>
      <ul className={`${classes.list} ${classes.head}`}>
        {data.map((policy) => (
          <PolicyRow key={policy.id} policy={policy} />
        ))}
      </ul>
    </Card>
  );
}

function PolicyRow({
  policy: { id, code, name, newestVersion, hasDraft, licenses, archivedAt },
}: {
  policy: Policy;
}) {
  return (
    <li className={classes.policy}>
      <Box miw={0} flex="1 1 12rem">
        <TextLink
          href={`/admin/policies/${id}`}
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
      </Box>
      <Group gap="xs">
        {archivedAt !== null && <StatusBadge status="archived" />}
        {newestVersion !== null && (
          <ToneBadge
            tone={archivedAt === null ? "good" : "neutral"}
            label={`Version ${newestVersion.number}`}
          />
        )}
        {hasDraft && <StatusBadge status="draft" />}
      </Group>
      <Text fz="sm" c="dimmed" className={`tabular ${classes.licenses}`}>
        {licenseCount(licenses)}
      </Text>
    </li>
  );
}

"use client";

import { Box, Progress, Stack, Text } from "@mantine/core";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import type { LicenseStatus } from "#server/domain/license-state.ts";
import { type Choosing, DataTable, type PageQuery } from "../../../_components/data-table.tsx";
import { countOf, formatNumber } from "../../../_components/format.ts";
import { LicenseState } from "../../../_components/license-state.tsx";
import { TextLink } from "../../../_components/links.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import type { TableState } from "../../../_components/use-table.ts";
import classes from "./licenses.module.css";

export interface LicenseRow {
  id: string;
  keyHint: string;
  status: LicenseStatus;
  note: string;
  issuedAt: Date;
  validFrom: Date | null;
  expiresAt: Date | null;
  graceUntil: Date | null;
  activationCount: number;
  activationsMax: number | null;
  customer: { id: string; name: string };
  product: { id: string; name: string };
  policy: { id: string; name: string; version: number };
}

/** Licenses of everybody, or of one customer, whose name then goes without saying. */
export function LicensesTable({
  query,
  table,
  toolbar,
  empty,
  ofOneCustomer = false,
  chosen,
}: {
  query: PageQuery<LicenseRow>;
  table: TableState;
  toolbar: ReactNode;
  empty: ReactNode;
  ofOneCustomer?: boolean;
  chosen?: Omit<Choosing<LicenseRow>, "name"> | undefined;
}) {
  const router = useRouter();
  const wide = "(min-width: 62em)";
  const medium = "(min-width: 48em)";
  return (
    <DataTable<LicenseRow>
      label="Licenses"
      query={query}
      table={table}
      toolbar={toolbar}
      empty={empty}
      chosen={chosen && { ...chosen, name: ({ keyHint, customer }) => `${keyHint} of ${customer.name}` }}
      rowKey={({ id }) => id}
      onRow={({ id }) => router.push(`/admin/licenses/${id}`)}
      columns={[
        {
          accessor: "keyHint",
          title: "License",
          render: ({ id, keyHint, customer, note }) => (
            <Box miw={0}>
              <TextLink href={`/admin/licenses/${id}`} className={classes.key}>
                {keyHint}
              </TextLink>
              {!ofOneCustomer && (
                <Text fz="sm" hiddenFrom="sm" className={classes.wrap}>
                  {customer.name}
                </Text>
              )}
              {note && (
                <Text fz="xs" c="dimmed" lineClamp={1} className={classes.wrap}>
                  {note}
                </Text>
              )}
            </Box>
          ),
        },
        {
          accessor: "customer",
          title: "Customer",
          hidden: ofOneCustomer,
          visibleMediaQuery: medium,
          render: ({ customer }) => (
            // The row opens the license; this opens the customer.
            <Box onClick={(event) => event.stopPropagation()} w="fit-content">
              <TextLink href={`/admin/customers/${customer.id}`} fz="sm" c="inherit">
                {customer.name}
              </TextLink>
            </Box>
          ),
        },
        {
          accessor: "policy",
          title: "Grants",
          visibleMediaQuery: wide,
          render: ({ product, policy }) => (
            <Stack gap={0}>
              <Text fz="sm">{product.name}</Text>
              <Text fz="xs" c="dimmed">
                {policy.name} · version {policy.version}
              </Text>
            </Stack>
          ),
        },
        { accessor: "status", title: "State", width: 165, render: (row) => <LicenseState license={row} /> },
        {
          accessor: "activationCount",
          title: "Devices",
          width: 120,
          visibleMediaQuery: medium,
          render: ({ activationCount, activationsMax }) => (
            <Slots used={activationCount} max={activationsMax} />
          ),
        },
        {
          accessor: "issuedAt",
          title: "Issued",
          width: 130,
          noWrap: true,
          visibleMediaQuery: wide,
          render: ({ issuedAt }) => <RelativeTime at={issuedAt} />,
        },
      ]}
    />
  );
}

/** How many of the devices a license allows are in use. */
function Slots({ used, max }: { used: number; max: number | null }) {
  const words = max === null ? `${countOf(used, "device")}, any number allowed` : `${used} of ${max} devices`;
  return (
    <Box maw={90}>
      <Text fz="sm" className="tabular" aria-label={words}>
        {formatNumber(used)}
        <Text span c="dimmed" fz="sm">
          {max === null ? " / any" : ` / ${formatNumber(max)}`}
        </Text>
      </Text>
      {max !== null && max > 0 && <Progress value={(used / max) * 100} size={4} mt={3} aria-hidden />}
    </Box>
  );
}

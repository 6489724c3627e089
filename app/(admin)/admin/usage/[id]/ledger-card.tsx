"use client";

import { Box, Group, Select, Text, TextInput, Title } from "@mantine/core";
import { IconListDetails } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { DataTable } from "../../../../_components/data-table.tsx";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { useTable } from "../../../../_components/use-table.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { AccountDetail, LedgerLine } from "../account.ts";
import { KIND_WORDS, refundable, signed } from "../credit-words.ts";
import classes from "../usage.module.css";
import { ExportLedger } from "./export-ledger.tsx";
import { KIND_OPTIONS, LEDGER, ledgerInput } from "./list.ts";
import { RefundButton } from "./refund.tsx";

/** Every line of an account, newest first, each with the balance after it. */
export function LedgerCard({ account, mayRefund }: { account: AccountDetail; mayRefund: boolean }) {
  const trpc = useTRPC();
  const table = useTable(LEDGER);
  const input = ledgerInput(account.id, table.input);
  const lines = useQuery(trpc.balance.ledger.queryOptions(input, { placeholderData: keepPreviousData }));
  return (
    <Box component="section" aria-label="Ledger">
      <Title order={2} fz="h3" mb="sm">
        Ledger
      </Title>
      <DataTable<LedgerLine>
        label="Ledger"
        query={lines}
        table={table}
        rowKey={({ entry }) => String(entry)}
        toolbar={
          <Group gap="sm" role="search" align="flex-end">
            <Select
              flex="1 1 10rem"
              maw="14rem"
              aria-label="Any kind"
              placeholder="Any kind"
              data={KIND_OPTIONS}
              value={table.filter("kind") ?? null}
              onChange={(value) => table.setFilter("kind", value ?? undefined)}
              clearable
            />
            {(["from", "to"] as const).map((name) => (
              <TextInput
                key={name}
                type="date"
                flex="1 1 9rem"
                maw="11rem"
                aria-label={name === "from" ? "First day" : "Last day"}
                value={table.filter(name) ?? ""}
                onChange={(event) => table.setFilter(name, event.currentTarget.value || undefined)}
              />
            ))}
            <Box ml="auto">
              <ExportLedger account={account} input={input} />
            </Box>
          </Group>
        }
        empty={
          <EmptyState icon={IconListDetails} title="Nothing has happened yet">
            Each credit that is granted, reserved, spent, given back or expires leaves a line here that nobody
            can change.
          </EmptyState>
        }
        columns={[
          {
            accessor: "kind",
            title: "What",
            render: (line) => <What line={line} account={account} mayRefund={mayRefund} />,
          },
          {
            accessor: "change",
            title: "Change",
            textAlign: "right",
            width: 110,
            render: ({ change }) => (
              <Text
                fz="sm"
                fw={600}
                className={`${classes.change} tabular`}
                data-tone={change > 0 ? "up" : "down"}
              >
                {change === 0 ? "0" : signed(change)}
              </Text>
            ),
          },
          {
            accessor: "balance",
            title: "Balance",
            textAlign: "right",
            width: 110,
            render: ({ balance }) => (
              <Text fz="sm" className="tabular">
                {formatNumber(balance)}
              </Text>
            ),
          },
          {
            accessor: "recordedAt",
            title: "When",
            width: 130,
            visibleMediaQuery: "(min-width: 48em)",
            render: ({ recordedAt }) => <RelativeTime at={recordedAt} />,
          },
          {
            accessor: "refund",
            title: "",
            width: 90,
            textAlign: "right",
            visibleMediaQuery: "(min-width: 48em)",
            render: (line) => mayRefund && <Refund line={line} account={account} />,
          },
        ]}
      />
    </Box>
  );
}

function What({
  line,
  account,
  mayRefund,
}: {
  line: LedgerLine;
  account: AccountDetail;
  mayRefund: boolean;
}) {
  const { kind, reason, of, correlationId, refunded, recordedAt } = line;
  return (
    <Box miw={0} className={classes.text ?? ""}>
      <Text fz="sm" fw={600}>
        {KIND_WORDS[kind]}
      </Text>
      {reason !== "" && <Text fz="xs">{reason}</Text>}
      <Text fz="xs" c="dimmed" component="div">
        {of !== null &&
          `${of.kind === "event" ? "Event" : of.kind === "ticket" ? "Ticket" : "Grant"} ${of.id} · `}
        <TextLink href={`/admin/trace?q=${encodeURIComponent(correlationId)}`} fz="xs" underline="always">
          Trace
        </TextLink>
        {refunded !== null && refunded > 0 && ` · ${formatNumber(refunded)} refunded`}
      </Text>
      <Group hiddenFrom="sm" gap="xs" mt={4}>
        <Text fz="xs" c="dimmed" component="div">
          <RelativeTime at={recordedAt} />
        </Text>
        {mayRefund && <Refund line={line} account={account} />}
      </Group>
    </Box>
  );
}

function Refund({ line, account }: { line: LedgerLine; account: AccountDetail }) {
  const { of } = line;
  const charged = refundable(line);
  if (charged === 0 || of === null || of.kind === "grant") return null;
  return <RefundButton account={account} of={{ kind: of.kind, id: of.id }} charged={charged} />;
}

"use client";

import { BarChart } from "@mantine/charts";
import { Alert, Box, Button, Card, Collapse, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendarDue, IconCalendarQuestion, IconChevronDown } from "@tabler/icons-react";
import { BalanceBar } from "../../../_components/balance-bar.tsx";
import { CHART_LOOK } from "../../../_components/chart-look.ts";
import { formatNumber } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { useNow } from "../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../_components/status-badge.tsx";
import { LedgerList } from "./ledger-list.tsx";
import type { Meter } from "./usage.ts";
import { forecastWords } from "./usage-words.ts";

const TONES = { good: "petrol", soon: "copper", out: "red", unknown: "gray" } as const;
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** One meter of one product: the forecast first, then its balances, then the days it was used on. */
export function MeterCard({ meter, completeUntil }: { meter: Meter; completeUntil: Date | null }) {
  const { product, name, unit, accounts } = meter;
  const { headline, more, tone } = forecastWords(meter, useNow());
  return (
    <Card component="section" aria-label={`${name} of ${product}`}>
      <Stack gap="md">
        <div>
          <Title order={2} fz="h3">
            {name}
          </Title>
          <Text fz="sm" c="dimmed">
            {product}, counted in {unit}
          </Text>
        </div>
        <Alert
          color={TONES[tone]}
          variant="light"
          title={headline}
          icon={tone === "unknown" ? <IconCalendarQuestion size={18} /> : <IconCalendarDue size={18} />}
        >
          {more.length > 0 && <Text fz="sm">{more.join(" ")}</Text>}
        </Alert>
        {accounts.map((account) => (
          <Balance key={account.id} account={account} unit={unit} />
        ))}
        <Days meter={meter} completeUntil={completeUntil} />
      </Stack>
    </Card>
  );
}

function Balance({ account, unit }: { account: Meter["accounts"][number]; unit: string }) {
  const [opened, { toggle }] = useDisclosure(false);
  const { license } = account;
  const works = license.status === "active" || license.status === "grace";
  return (
    <Box>
      <Group justify="space-between" gap="sm" mb={6}>
        <Group gap="xs">
          <TextLink href={`/portal/licenses/${license.id}`} fz="sm" fw={600}>
            {license.keyHint}
          </TextLink>
          {!works && <StatusBadge status={license.status} />}
        </Group>
        <Text fz="sm" className="tabular">
          <b>{formatNumber(account.balance)}</b> {unit} left
        </Text>
      </Group>
      <BalanceBar account={account} legend />
      <Button
        variant="subtle"
        size="compact-sm"
        mt={6}
        ml={-8}
        onClick={toggle}
        aria-expanded={opened}
        rightSection={<IconChevronDown size={14} />}
        aria-label={`What happened on ${license.keyHint}`}
      >
        What happened
      </Button>
      <Collapse expanded={opened}>{opened && <LedgerList accountId={account.id} unit={unit} />}</Collapse>
    </Box>
  );
}

function Days({ meter, completeUntil }: { meter: Meter; completeUntil: Date | null }) {
  const { days, unit, name } = meter;
  const total = days.reduce((sum, { used }) => sum + used, 0);
  if (total === 0)
    return (
      <Text fz="sm" c="dimmed">
        {completeUntil === null
          ? "Use is not counted by the day yet: the first figures come a few minutes after the first use."
          : `Nothing was used in the last ${formatNumber(days.length)} days.`}
      </Text>
    );
  const most = days.reduce((one, other) => (other.used > one.used ? other : one));
  const summary = `${formatNumber(total)} ${unit} used in the last ${formatNumber(days.length)} days, most on ${dayFormat.format(most.start)}: ${formatNumber(most.used)}.`;
  return (
    <figure style={{ margin: 0 }}>
      <figcaption>
        <Text fz="sm" mb="xs">
          {summary}
        </Text>
      </figcaption>
      <div aria-hidden>
        <BarChart
          {...CHART_LOOK}
          h={180}
          data={days.map(({ start, used }) => ({ at: dayFormat.format(start), [name]: used }))}
          dataKey="at"
          series={[{ name, color: "petrol.5" }]}
          yAxisProps={{ ...CHART_LOOK.yAxisProps, width: 56 }}
        />
      </div>
    </figure>
  );
}

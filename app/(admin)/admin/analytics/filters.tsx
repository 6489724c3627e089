"use client";

import { Button, Group, Select } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { IconFilterOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { isoDay, spanOf } from "#server/domain/analytics-period.ts";
import { useNow } from "../../../_components/relative-time.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { CustomerSelect } from "../customers/customer-select.tsx";
import type { ViewState } from "./use-view.ts";
import { PERIOD_OPTIONS } from "./view.ts";
import "@mantine/dates/styles.layer.css";

const CUSTOM = "custom";

/** Period, product and customer of everything on the screen. */
export function Filters({ state: { view, show } }: { state: ViewState }) {
  const trpc = useTRPC();
  const products = useQuery(trpc.product.list.queryOptions());
  const named = PERIOD_OPTIONS.some(({ value }) => value === view.period);
  const narrowed =
    view.productId !== undefined || view.customerId !== undefined || view.licenseId !== undefined;
  const now = useNow();

  function choose(period: string | null) {
    if (period === CUSTOM) show({ period: asDays(view.period, now) });
    else if (period !== null) show({ period });
  }

  return (
    <Group gap="sm" mb="lg" role="search" aria-label="What is shown">
      <Select
        aria-label="Period"
        flex="1 1 9rem"
        maw="12rem"
        allowDeselect={false}
        data={[...PERIOD_OPTIONS, { value: CUSTOM, label: "Custom …" }]}
        value={named ? view.period : CUSTOM}
        onChange={choose}
      />
      {!named && <Days key={view.period} period={view.period} choose={(period) => show({ period })} />}
      <Select
        aria-label="Any product"
        placeholder="Any product"
        flex="1 1 9rem"
        maw="14rem"
        clearable
        data={(products.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={view.productId ?? null}
        onChange={(id) => show({ productId: id ?? undefined, licenseId: undefined, meterId: undefined })}
      />
      <CustomerSelect
        aria-label="Any customer"
        placeholder="Any customer"
        flex="1 1 9rem"
        maw="14rem"
        clearable
        value={view.customerId ?? null}
        onChange={(id) => show({ customerId: id ?? undefined, licenseId: undefined })}
      />
      {narrowed && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconFilterOff size={16} />}
          onClick={() =>
            show({ productId: undefined, customerId: undefined, licenseId: undefined, meterId: undefined })
          }
        >
          Clear
        </Button>
      )}
    </Group>
  );
}

/** Two days to choose; half a choice changes nothing yet. */
function Days({ period, choose }: { period: string; choose: (period: string) => void }) {
  const [first = null, last = null] = period.split("..");
  const [days, setDays] = useState<[string | null, string | null]>([first, last]);
  return (
    <DatePickerInput
      type="range"
      placeholder="First and last day"
      flex="1 1 14rem"
      maw="18rem"
      valueFormat="D MMM YYYY"
      weekendDays={[]}
      allowSingleDateInRange
      value={days}
      onChange={(chosen) => {
        setDays(chosen);
        const [from, to] = chosen;
        if (from !== null && to !== null && spanOf(`${from}..${to}`, new Date(0))) choose(`${from}..${to}`);
      }}
    />
  );
}

/** The same period by its first and last day. */
function asDays(period: string, now: Date): string {
  const span = spanOf(period, now);
  if (span === undefined) return period;
  return `${isoDay(span.from)}..${isoDay(new Date(span.until.getTime() - 1))}`;
}

"use client";

import { Button, Paper, Select, SimpleGrid, Stack, Switch, Text } from "@mantine/core";
import type { MeterRules } from "#server/domain/policy.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { type EditableRules, isLive } from "../_rules/editable.ts";
import { METER_WORDS } from "../_rules/rule-words.ts";
import { useEditorContext } from "./editor-context.ts";
import { Duration, Field, WholeNumber } from "./inputs.tsx";

type EditableMeter = EditableRules["meters"][string];

const NEW_METER: MeterRules = {
  periodCredits: 100,
  period: "month",
  overdraft: 0,
  ticketTtlSeconds: 3_600,
  ticketAmountMax: null,
};

const PERIODS = [
  { value: "day", label: "Every day" },
  { value: "month", label: "Every month" },
  { value: "year", label: "Every year" },
  { value: "none", label: "Once" },
] as const;

export function UsageGroup({ productId }: { productId: string }) {
  const { catalog, rules, problems, set } = useEditorContext();
  const meters = catalog.meters.filter((meter) => isLive(meter) || rules.meters[meter.code] !== undefined);

  function setMeter(code: string, meter: EditableMeter | undefined) {
    const { [code]: _, ...others } = rules.meters;
    set("meters", meter === undefined ? others : { ...rules.meters, [code]: meter });
  }

  if (meters.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        Nothing is counted: the product has no meter.{" "}
        <TextLink href={`/admin/products/${productId}?tab=meters`} fz="sm" underline="always">
          Add one
        </TextLink>{" "}
        to sell render minutes, exports or calls.
      </Text>
    );
  }
  return (
    <Stack gap="md">
      {meters.map(({ code, name, unit, archivedAt }) => {
        const meter = rules.meters[code];
        if (archivedAt !== null) {
          return (
            <Field key={code} label={name} error={problems[`meters.${code}`] ?? "This meter is archived."}>
              <Button size="xs" variant="default" my={6} onClick={() => setMeter(code, undefined)}>
                Take it out
              </Button>
            </Field>
          );
        }
        return (
          <Stack key={code} gap="sm">
            <Switch
              label={name}
              description={`Counted in ${unit}.`}
              checked={meter !== undefined}
              onChange={(event) => setMeter(code, event.currentTarget.checked ? NEW_METER : undefined)}
            />
            {meter !== undefined && (
              <Paper withBorder p="md" role="group" aria-label={name}>
                <MeterFields
                  meter={meter}
                  unit={unit}
                  problemOf={(field) => problems[`meters.${code}.${field}`]}
                  change={(changes) => setMeter(code, { ...meter, ...changes })}
                />
              </Paper>
            )}
          </Stack>
        );
      })}
    </Stack>
  );
}

function MeterFields({
  meter,
  unit,
  problemOf,
  change,
}: {
  meter: EditableMeter;
  unit: string;
  problemOf: (field: keyof MeterRules) => string | undefined;
  change: (changes: Partial<EditableMeter>) => void;
}) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" data-rule="meters">
      <WholeNumber
        label={METER_WORDS.periodCredits.label}
        help={`${unit} granted each time.`}
        value={meter.periodCredits}
        onChange={(periodCredits) => change({ periodCredits })}
        error={problemOf("periodCredits")}
      />
      <Select
        label={METER_WORDS.period.label}
        allowDeselect={false}
        data={[...PERIODS]}
        value={meter.period}
        onChange={(value) =>
          change({ period: PERIODS.find((known) => known.value === value)?.value ?? "month" })
        }
      />
      <WholeNumber
        label={METER_WORDS.overdraft.label}
        help="How far below zero the balance may go; 0 for not at all."
        value={meter.overdraft}
        onChange={(overdraft) => change({ overdraft })}
        error={problemOf("overdraft")}
      />
      <WholeNumber
        label={METER_WORDS.ticketAmountMax.label}
        help="By one reservation. Leave empty for no limit."
        placeholder="No limit"
        value={meter.ticketAmountMax}
        onChange={(ticketAmountMax) => change({ ticketAmountMax })}
        error={problemOf("ticketAmountMax")}
      />
      <Duration
        label={METER_WORDS.ticketTtlSeconds.label}
        help="What is not settled by then comes back."
        value={meter.ticketTtlSeconds}
        onChange={(ticketTtlSeconds) => change({ ticketTtlSeconds })}
        error={problemOf("ticketTtlSeconds")}
      />
    </SimpleGrid>
  );
}

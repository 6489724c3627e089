"use client";

import { Box, Group, Input, NativeSelect, NumberInput, type NumberInputProps } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { TIME_UNITS, type TimeUnit, unitOf } from "../../../../_components/duration.ts";

/** What every field of a rule is given. */
export interface FieldProps {
  readonly label: string;
  readonly help?: ReactNode;
  readonly error?: ReactNode;
}

/** A whole number; null while it is empty. */
export function WholeNumber({
  help,
  value,
  onChange,
  unit,
  ...props
}: FieldProps & {
  value: number | null;
  onChange: (value: number | null) => void;
  /** "day": shown behind the number, in the right number. */
  unit?: string;
  /** What an empty field says. */
  placeholder?: string;
} & Pick<NumberInputProps, "inputContainer">) {
  return (
    <NumberInput
      description={help}
      inputWrapperOrder={["label", "input", "description", "error"]}
      value={value ?? ""}
      onChange={(next) => onChange(next === "" ? null : Math.trunc(Number(next)))}
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      hideControls={unit !== undefined}
      {...(unit === undefined || value === null ? {} : { suffix: value === 1 ? ` ${unit}` : ` ${unit}s` })}
      {...props}
    />
  );
}

/** A time in whichever unit reads best; stored in seconds. */
export function Duration({
  value,
  onChange,
  ...props
}: FieldProps & { value: number | null; onChange: (seconds: number | null) => void }) {
  const [unit, setUnit] = useState<TimeUnit>(() => unitOf(value ?? 0));
  // A value that came from elsewhere may not be a whole number of the unit that was chosen.
  const shown = value !== null && value % TIME_UNITS[unit] !== 0 ? unitOf(value) : unit;
  const amount = value === null ? null : value / TIME_UNITS[shown];

  function change(next: TimeUnit) {
    setUnit(next);
    if (amount !== null) onChange(amount * TIME_UNITS[next]);
  }

  return (
    <WholeNumber
      {...props}
      value={amount}
      onChange={(next) => onChange(next === null ? null : next * TIME_UNITS[shown])}
      inputContainer={(input) => (
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <Box flex={1} miw={0}>
            {input}
          </Box>
          <NativeSelect
            w={116}
            aria-label={`Unit of: ${props.label}`}
            value={shown}
            onChange={(event) => change(asUnit(event.currentTarget.value))}
            data={UNITS.map((name) => ({ value: name, label: `${name}s` }))}
          />
        </Group>
      )}
    />
  );
}

/** A label and an error around what is no single input. */
export function Field({ label, help, error, children }: FieldProps & { children: ReactNode }) {
  return (
    <Input.Wrapper
      label={label}
      description={help}
      error={error}
      labelElement="div"
      inputWrapperOrder={["label", "input", "description", "error"]}
      {...(error === undefined ? {} : { "data-rule-problem": true })}
    >
      {children}
    </Input.Wrapper>
  );
}

const UNITS: readonly TimeUnit[] = ["second", "minute", "hour", "day"];

function asUnit(text: string): TimeUnit {
  return UNITS.find((unit) => unit === text) ?? "second";
}

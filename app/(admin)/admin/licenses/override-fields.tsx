"use client";

import { Checkbox, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import type { GetInputPropsReturnType } from "@mantine/form";
import type { PolicyRules } from "#server/domain/policy.ts";
import type { OverrideValues } from "./overrides.ts";

export interface ProductFeature {
  readonly code: string;
  readonly name: string;
  readonly kind: "flag" | "limit" | "value";
  readonly archivedAt: Date | null;
}

type InputProps = (path: string) => GetInputPropsReturnType;

/** What one license may have otherwise than its policy; each empty field shows what the policy says. */
export function OverrideFields({
  rules,
  values,
  features,
  inputProps,
}: {
  rules: PolicyRules;
  values: OverrideValues;
  features: readonly ProductFeature[];
  /** The form's props of a field under `overrides`. */
  inputProps: InputProps;
}) {
  const perpetual = rules.type === "perpetual";
  return (
    <Stack gap="md">
      <Text fz="sm" c="dimmed">
        Leave a field empty to keep what the policy says.
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <Stack gap={8}>
          <NumberInput
            label="Devices"
            min={0}
            allowDecimal={false}
            allowNegative={false}
            placeholder={asPolicy(rules.activationsMax ?? "any number")}
            disabled={values.anyDevices}
            {...inputProps("activationsMax")}
          />
          <Checkbox
            size="xs"
            label="Any number of devices"
            {...inputProps("anyDevices")}
            checked={values.anyDevices}
          />
        </Stack>
        <NumberInput
          label="Seats at the same time"
          min={0}
          allowDecimal={false}
          allowNegative={false}
          placeholder={asPolicy(rules.seats)}
          {...inputProps("seats")}
        />
        {!perpetual && (
          <>
            <NumberInput
              label="Lasts, in days"
              min={1}
              allowDecimal={false}
              allowNegative={false}
              placeholder={asPolicy(rules.durationDays ?? "for ever")}
              {...inputProps("durationDays")}
            />
            <NumberInput
              label="Grace after the end, in days"
              min={0}
              allowDecimal={false}
              allowNegative={false}
              placeholder={asPolicy(rules.graceDays)}
              {...inputProps("graceDays")}
            />
          </>
        )}
        <Choose
          label="Customer moves devices by themselves"
          policy={rules.selfServiceDeactivation}
          props={inputProps("selfServiceDeactivation")}
        />
        <Choose
          label="Devices prove their key"
          policy={rules.deviceProofRequired}
          props={inputProps("deviceProofRequired")}
        />
        <Choose
          label="Offline activation"
          policy={rules.offlineAllowed}
          props={inputProps("offlineAllowed")}
        />
        {features
          .filter(({ archivedAt, code }) => archivedAt === null || rules.features[code] !== undefined)
          .map((feature) => (
            <FeatureField
              key={feature.code}
              feature={feature}
              policy={rules.features[feature.code]}
              props={inputProps(`features.${feature.code}`)}
            />
          ))}
      </SimpleGrid>
    </Stack>
  );
}

function FeatureField({
  feature: { name, kind },
  policy,
  props,
}: {
  feature: ProductFeature;
  policy: boolean | number | string | undefined;
  props: GetInputPropsReturnType;
}) {
  if (kind === "flag") return <Choose label={name} policy={policy === true} props={props} />;
  const placeholder = asPolicy(policy === undefined ? "not granted" : String(policy));
  if (kind === "limit")
    return <NumberInput label={name} allowDecimal={false} placeholder={placeholder} {...props} />;
  return <TextInput label={name} placeholder={placeholder} {...props} />;
}

function Choose({
  label,
  policy,
  props,
}: {
  label: string;
  policy: boolean;
  props: GetInputPropsReturnType;
}) {
  return (
    <Select
      label={label}
      allowDeselect={false}
      data={[
        { value: "", label: asPolicy(policy ? "yes" : "no") },
        { value: "yes", label: "Yes" },
        { value: "no", label: "No" },
      ]}
      {...props}
    />
  );
}

function asPolicy(value: number | string): string {
  return `As the policy: ${value}`;
}

"use client";

import { Button, Group, SimpleGrid, Stack, Switch, Text, TextInput } from "@mantine/core";
import { TextLink } from "../../../../_components/links.tsx";
import { type Catalog, type EditableRules, isLive } from "../_rules/editable.ts";
import { useEditorContext } from "./editor-context.ts";
import { Field, WholeNumber } from "./inputs.tsx";

type Feature = Catalog["features"][number];
type Value = EditableRules["features"][string];

export function FeaturesGroup({ productId }: { productId: string }) {
  const { catalog, rules, saved, problems, set } = useEditorContext();
  const granted = (code: string) => rules.features[code];
  const features = catalog.features.filter(isLive);
  const archived = catalog.features.filter((entry) => !isLive(entry) && granted(entry.code) !== undefined);

  function setFeature(code: string, value: Value | undefined) {
    const { [code]: _, ...others } = rules.features;
    set("features", value === undefined ? others : { ...rules.features, [code]: value });
  }

  if (features.length === 0 && archived.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        The product has no feature yet.{" "}
        <TextLink href={`/admin/products/${productId}?tab=features`} fz="sm" underline="always">
          Add one
        </TextLink>{" "}
        to sell editions that differ in what they can do.
      </Text>
    );
  }
  const flags = features.filter(({ kind }) => kind === "flag");
  const others = features.filter(({ kind }) => kind !== "flag");
  return (
    <Stack gap="md">
      {flags.map(({ code, name, description }) => (
        <Switch
          key={code}
          label={name}
          description={description || undefined}
          error={problems[`features.${code}`]}
          checked={granted(code) === true}
          // Off is said as it was said before, so that switching there and back changes nothing.
          onChange={(event) =>
            setFeature(
              code,
              event.currentTarget.checked || (saved.features[code] === false ? false : undefined),
            )
          }
        />
      ))}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" data-rule="features">
        {others.map((feature) => (
          <ValueField
            key={feature.code}
            feature={feature}
            value={granted(feature.code)}
            error={problems[`features.${feature.code}`]}
            onChange={(value) => setFeature(feature.code, value)}
          />
        ))}
      </SimpleGrid>
      {archived.map(({ code, name }) => (
        <Field key={code} label={name} error={problems[`features.${code}`] ?? "This feature is archived."}>
          <Group my={6}>
            <Button size="xs" variant="default" onClick={() => setFeature(code, undefined)}>
              Take it out
            </Button>
          </Group>
        </Field>
      ))}
    </Stack>
  );
}

/** A limit or a text; empty means that it is not granted. */
function ValueField({
  feature: { name, description, kind },
  value,
  error,
  onChange,
}: {
  feature: Feature;
  value: Value | undefined;
  error: string | undefined;
  onChange: (value: Value | undefined) => void;
}) {
  if (kind === "limit") {
    return (
      <WholeNumber
        label={name}
        help={description || undefined}
        placeholder="Not granted"
        error={error}
        value={typeof value === "number" ? value : null}
        onChange={(next) => onChange(next ?? undefined)}
      />
    );
  }
  return (
    <TextInput
      label={name}
      description={description || undefined}
      inputWrapperOrder={["label", "input", "description", "error"]}
      placeholder="Not granted"
      error={error}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

"use client";

import { Box, Card, Group, NativeSelect, Text, Title } from "@mantine/core";
import { usePathname, useSearchParams } from "next/navigation";
import { policyDiff } from "#server/domain/policy-diff.ts";
import { changeAddress } from "../../../../_components/table-url.ts";
import { DiffList } from "../_rules/diff-list.tsx";
import type { Catalog } from "../_rules/editable.ts";
import type { PolicyData } from "./policy-data.ts";

/** What differs between any two versions, or a version and the draft; the choice is kept in the address. */
export function CompareVersions({
  policy: { versions, draft },
  catalog,
}: {
  policy: PolicyData;
  catalog: Catalog;
}) {
  const params = useSearchParams();
  const path = usePathname();
  const choices = [
    ...(draft === null ? [] : [{ value: "draft", label: "Draft", rules: draft }]),
    ...versions.map(({ number, rules }) => ({ value: String(number), label: `Version ${number}`, rules })),
  ];
  const chosen = (name: string, otherwise: number) =>
    choices.find(({ value }) => value === params.get(name)) ?? choices[otherwise];
  const from = chosen("from", 1);
  const to = chosen("to", 0);
  if (from === undefined || to === undefined) return null;
  const changes = policyDiff(from.rules, to.rules);

  function choose(name: string, value: string) {
    window.history.replaceState(
      null,
      "",
      `${path}?${changeAddress(new URLSearchParams(params), { [name]: value })}`,
    );
  }

  return (
    <Card component="section" aria-label="Compare versions">
      <Title order={2} fz="h3" mb="sm">
        What changed
      </Title>
      <Group gap="sm" mb="md">
        <NativeSelect
          label="From"
          data={choices.map(({ value, label }) => ({ value, label }))}
          value={from.value}
          onChange={(event) => choose("from", event.currentTarget.value)}
        />
        <NativeSelect
          label="To"
          data={choices.map(({ value, label }) => ({ value, label }))}
          value={to.value}
          onChange={(event) => choose("to", event.currentTarget.value)}
        />
      </Group>
      {changes.length > 0 ? (
        <Box maw="44rem">
          <DiffList changes={changes} catalog={catalog} />
        </Box>
      ) : (
        <Text fz="sm" c="dimmed">
          Nothing: the two say the same.
        </Text>
      )}
    </Card>
  );
}

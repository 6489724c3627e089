"use client";

import { Alert, Button, Card, Collapse, Group, Select, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { IMPORT_COLUMN_NAMES, type ImportColumnName } from "#server/domain/license-import.ts";
import { countOf } from "../../../../_components/format.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { columnTitle, type Report, type Source } from "./report.ts";

/** Which column of the file is read as what, and what counts for rows that name no policy. */
export function MappingCard({
  source,
  report,
  policyId,
  busy,
  onChange,
  onStartOver,
}: {
  source: Source;
  report: Report;
  policyId: string | null;
  busy: boolean;
  onChange: (change: {
    mapping?: Partial<Record<ImportColumnName, number | null>>;
    policyId?: string | null;
  }) => void;
  onStartOver: () => void;
}) {
  const trpc = useTRPC();
  const policies = useQuery(trpc.policy.list.queryOptions());
  const { headings, mapping, missing, sample } = report;
  const [opened, { toggle }] = useDisclosure(missing.length > 0);
  const used = IMPORT_COLUMN_NAMES.filter((name) => mapping[name] !== null);
  const ignored = headings.filter((_, index) => !Object.values(mapping).includes(index));
  const options = headings.map((heading, index) => ({
    value: String(index),
    label: heading || `Column ${index + 1}`,
  }));
  const issuable = (policies.data ?? []).filter(
    ({ newestVersion, archivedAt }) => newestVersion !== null && archivedAt === null,
  );
  return (
    <Card component="section" aria-label="The file">
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div>
            <Title order={2} fz="h3">
              {source.name}
            </Title>
            <Text fz="sm" c="dimmed">
              {countOf(report.rows, "row")}. Read as{" "}
              {used.map((name) => columnTitle(name).toLowerCase()).join(", ") || "nothing yet"}
              {ignored.length > 0 &&
                `; not read: ${ignored.map((name) => name || "a column without heading").join(", ")}`}
              .
            </Text>
          </div>
          <Button variant="default" size="xs" onClick={onStartOver}>
            Choose another
          </Button>
        </Group>
        {missing.length > 0 && (
          <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
            <Text fz="sm">No column is headed “{missing.join("”, “")}”. Choose below which one it is.</Text>
          </Alert>
        )}
        <Select
          label="Policy of rows that name none"
          placeholder="None: such rows are wrong"
          data={issuable.map(({ id, name, product }) => ({ value: id, label: `${name} · ${product.name}` }))}
          value={policyId}
          onChange={(value) => onChange({ policyId: value })}
          searchable
          clearable
          maw="26rem"
          disabled={busy}
        />
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={toggle}
            aria-expanded={opened}
            aria-controls="import-mapping"
            leftSection={opened ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          >
            Columns
          </Button>
          <Collapse expanded={opened} id="import-mapping">
            <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} pt="sm">
              {IMPORT_COLUMN_NAMES.map((name) => (
                <Select
                  key={name}
                  label={columnTitle(name)}
                  placeholder="Not in the file"
                  data={options}
                  value={mapping[name] === null ? null : String(mapping[name])}
                  onChange={(value) =>
                    onChange({ mapping: { ...mapping, [name]: value === null ? null : Number(value) } })
                  }
                  clearable
                  disabled={busy}
                  {...exampleOf(sample, mapping[name])}
                />
              ))}
            </SimpleGrid>
          </Collapse>
        </div>
      </Stack>
    </Card>
  );
}

/** The first cells of the column, to tell it by. */
function exampleOf(sample: Report["sample"], index: number | null): { description?: string } {
  const cells = index === null ? [] : sample.flatMap((row) => row[index] || []);
  return cells.length === 0 ? {} : { description: cells.join(" · ").slice(0, 60) };
}

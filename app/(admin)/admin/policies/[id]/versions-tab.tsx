"use client";

import { Badge, Box, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { useId } from "react";
import { policyDiff } from "#server/domain/policy-diff.ts";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../../_components/status-badge.tsx";
import { DiffList } from "../_rules/diff-list.tsx";
import type { Catalog } from "../_rules/editable.ts";
import { licenseCount } from "../_rules/license-count.ts";
import { RulesView } from "../_rules/rules-view.tsx";
import { Sentence } from "../_rules/sentence.tsx";
import { CompareVersions } from "./compare-versions.tsx";
import { MoveLicenses } from "./move-licenses.tsx";
import type { PolicyData, VersionData } from "./policy-data.ts";
import classes from "./versions.module.css";

/** Every version there was, what each said, and what differs between any two. */
export function VersionsTab({
  policy,
  catalog,
  mayMove,
}: {
  policy: PolicyData;
  catalog: Catalog;
  mayMove: boolean;
}) {
  const { versions } = policy;
  if (versions.length === 0) {
    return (
      <Card padding={0}>
        <EmptyState icon={IconHistory} title="No version yet">
          Publishing turns the draft into version 1. A version never changes again, so that a license keeps
          meaning what it meant when it was sold.
        </EmptyState>
      </Card>
    );
  }
  return (
    <Stack gap="lg">
      {(versions.length > 1 || policy.draft !== null) && (
        <CompareVersions policy={policy} catalog={catalog} />
      )}
      <Card padding={0}>
        <ol className={classes.list} reversed>
          {versions.map((version, index) => (
            <VersionRow
              key={version.id}
              version={version}
              before={versions[index + 1]}
              catalog={catalog}
              newest={index === 0}
              move={mayMove && <MoveLicenses policy={policy} to={version} />}
            />
          ))}
        </ol>
      </Card>
    </Stack>
  );
}

function VersionRow({
  version: { number, rules, publishedAt, publishedBy, licenses },
  before,
  catalog,
  newest,
  move,
}: {
  version: VersionData;
  /** The version before it; undefined: there was none. */
  before: VersionData | undefined;
  catalog: Catalog;
  newest: boolean;
  move: React.ReactNode;
}) {
  const [opened, { toggle }] = useDisclosure(false);
  const rulesId = useId();
  return (
    <li className={classes.version}>
      <Group justify="space-between" gap="xs sm">
        <Group gap="xs">
          <Title order={2} fz="h4">
            Version {number}
          </Title>
          <StatusBadge status={newest ? "published" : "superseded"} />
          <Badge color="gray">{licenseCount(licenses)}</Badge>
        </Group>
        <Text fz="sm" c="dimmed" component="div">
          <RelativeTime at={publishedAt} />
          {publishedBy !== null && ` by ${publishedBy}`}
        </Text>
      </Group>
      <Box maw="52rem" mt={6}>
        <Sentence rules={rules} catalog={catalog} />
      </Box>
      {before !== undefined && (
        <Box maw="44rem" mt="sm" component="section" aria-label={`Changed in version ${number}`}>
          <Text fz="sm" fw={600} mb={4}>
            Changed since version {before.number}
          </Text>
          <DiffList changes={policyDiff(before.rules, rules)} catalog={catalog} />
        </Box>
      )}
      <Group gap="xs" mt="xs">
        <Button size="xs" variant="default" onClick={toggle} aria-expanded={opened} aria-controls={rulesId}>
          {opened ? "Hide the rules" : "Show every rule"}
        </Button>
        {move}
      </Group>
      <Box id={rulesId} pt={opened ? "md" : 0}>
        {opened && <RulesView rules={rules} catalog={catalog} />}
      </Box>
    </li>
  );
}

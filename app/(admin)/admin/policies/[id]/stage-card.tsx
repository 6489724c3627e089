"use client";

import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconRocket } from "@tabler/icons-react";
import { policyDiff } from "#server/domain/policy-diff.ts";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../../_components/status-badge.tsx";
import { DiffList } from "../_rules/diff-list.tsx";
import { licenseCount } from "../_rules/license-count.ts";
import { useEditorContext } from "./editor-context.ts";
import type { PolicyData } from "./policy-data.ts";

/** Where the policy stands: what is in force, what would change, and the button that changes it. */
export function StageCard({
  policy: { versions, draft },
  next,
  publish,
  discard,
}: {
  policy: PolicyData;
  next: number;
  publish: () => void;
  discard: () => void;
}) {
  const { catalog, readable, dirty } = useEditorContext();
  const published = versions[0];
  const changes = published === undefined ? [] : policyDiff(published.rules, readable);
  const hasDraft = draft !== null || dirty;
  return (
    <Card component="section" aria-label="Draft and published version" padding="md">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} fz="h4">
            {hasDraft ? `Draft of version ${next}` : `Version ${published?.number ?? next}`}
          </Title>
          <StatusBadge status={hasDraft ? "draft" : "published"} />
        </Group>
        {published === undefined ? (
          <Text fz="sm" c="dimmed">
            Never published: no license can be issued under this policy yet.
          </Text>
        ) : (
          <Text fz="sm" c="dimmed" component="div">
            {hasDraft ? `Version ${published.number} is in force: published ` : "In force: published "}
            <RelativeTime at={published.publishedAt} />
            {published.publishedBy !== null && ` by ${published.publishedBy}`};{" "}
            {licenseCount(published.licenses)}.
          </Text>
        )}
        {changes.length > 0 && <DiffList changes={changes} catalog={catalog} />}
        {hasDraft && published !== undefined && changes.length === 0 && (
          <Text fz="sm">Says the same as version {published.number}.</Text>
        )}
        {(hasDraft || published === undefined) && (
          <Group gap="xs" mt={4}>
            <Button
              flex="1 1 auto"
              leftSection={<IconRocket size={16} />}
              onClick={publish}
              disabled={published !== undefined && changes.length === 0}
            >
              Publish version {next}…
            </Button>
            {published !== undefined && draft !== null && (
              <Button variant="default" onClick={discard}>
                Discard draft
              </Button>
            )}
          </Group>
        )}
        {!hasDraft && (
          <Text fz="sm" c="dimmed">
            Changing a field makes a draft. Licenses notice nothing until it is published.
          </Text>
        )}
      </Stack>
    </Card>
  );
}

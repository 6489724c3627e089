"use client";

import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { PolicyRules } from "#server/domain/policy.ts";
import type { RuleGroup } from "#server/domain/policy-sentence.ts";
import { FormFailure } from "../../../../_components/form.tsx";
import { countOf } from "../../../../_components/format.ts";
import { useUnsavedGuard } from "../../../../_components/use-unsaved-guard.ts";
import type { Catalog } from "../_rules/editable.ts";
import { GROUP_TITLES } from "../_rules/rule-words.ts";
import { GroupSentence, Sentence } from "../_rules/sentence.tsx";
import { Suggestions } from "../_rules/suggestions.tsx";
import { DraftConflict } from "./draft-conflict.tsx";
import { EditorProvider, focusFirstProblem } from "./editor-context.ts";
import { FeaturesGroup } from "./features-group.tsx";
import { DevicesGroup, OfflineGroup, SeatsGroup, ValidityGroup } from "./groups.tsx";
import type { PolicyData } from "./policy-data.ts";
import classes from "./rules-editor.module.css";
import { StageCard } from "./stage-card.tsx";
import { UsageGroup } from "./usage-group.tsx";
import { type Editor, useEditor } from "./use-editor.ts";
import { usePublishing } from "./use-publishing.tsx";

/** The form that explains itself. */
export function RulesEditor({
  policy,
  initial,
  catalog,
}: {
  policy: PolicyData;
  initial: PolicyRules;
  catalog: Catalog;
}) {
  const editor = useEditor(initial, policy.revision, catalog);
  const { next, saving, saveAndSay, confirmPublish, confirmDiscard, conflict, settle } = usePublishing(
    policy,
    editor,
  );
  useUnsavedGuard(editor.dirty);
  useHotkeys([["mod+S", () => void saveAndSay()]], []);

  const groups: readonly (readonly [RuleGroup, ReactNode])[] = [
    ["validity", <ValidityGroup key="validity" />],
    ["devices", <DevicesGroup key="devices" />],
    ["features", <FeaturesGroup key="features" productId={policy.product.id} />],
    ["seats", <SeatsGroup key="seats" />],
    ["offline", <OfflineGroup key="offline" />],
    ["usage", <UsageGroup key="usage" productId={policy.product.id} />],
  ];
  return (
    <EditorProvider value={editor}>
      <DraftConflict conflict={conflict} catalog={catalog} saving={saving} settle={settle} />
      <Suggestions id={policy.id} title="Suggestions" mayWrite blocked={editor.dirty} />
      <div className={classes.layout}>
        <aside className={classes.side} aria-label="What the rules mean">
          <Card padding="md" component="section" aria-label="In plain words">
            <Title order={2} fz="h4" mb={6}>
              In plain words
            </Title>
            <Sentence rules={editor.readable} catalog={catalog} live />
          </Card>
          <StageCard
            policy={policy}
            next={next}
            publish={() => void confirmPublish()}
            discard={confirmDiscard}
          />
        </aside>
        <form
          className={classes.form}
          aria-label="Rules"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void saveAndSay();
          }}
        >
          <Stack gap="lg">
            {groups.map(([group, fields]) => (
              <Card key={group} component="section" aria-label={GROUP_TITLES[group]}>
                <Title order={2} fz="h3" mb="xs">
                  {GROUP_TITLES[group]}
                </Title>
                <GroupSentence rules={editor.readable} catalog={catalog} group={group} />
                {fields}
              </Card>
            ))}
          </Stack>
          <SaveBar editor={editor} saving={saving} />
        </form>
      </div>
    </EditorProvider>
  );
}

/** Stays in view while something is not saved. */
function SaveBar({ editor, saving }: { editor: Editor; saving: boolean }) {
  const { dirty, problems, failure, saved, basedOn, reset } = editor;
  const wrong = Object.keys(problems).length;
  if (!dirty && wrong === 0 && failure === undefined) return null;
  return (
    <Card className={classes.bar} padding="sm" shadow="md" role="region" aria-label="Unsaved changes">
      <Stack gap="sm">
        <FormFailure failure={failure} />
        <Group justify="space-between" gap="sm">
          {wrong > 0 ? (
            <Button
              variant="subtle"
              color="red"
              px="xs"
              leftSection={<IconAlertTriangle size={16} />}
              onClick={focusFirstProblem}
            >
              {countOf(wrong, "problem")} to put right
            </Button>
          ) : (
            <Text fz="sm" fw={600} px="xs">
              {dirty ? "Not saved yet" : "Saved"}
            </Text>
          )}
          <Group gap="sm">
            <Button variant="default" disabled={!dirty} onClick={() => reset(saved, basedOn)}>
              Undo changes
            </Button>
            <Button type="submit" loading={saving} disabled={!dirty}>
              Save draft
            </Button>
          </Group>
        </Group>
      </Stack>
    </Card>
  );
}

"use client";

import { Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { policyDiff } from "#server/domain/policy-diff.ts";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { countOf } from "../../../../_components/format.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { DiffList } from "../_rules/diff-list.tsx";
import { Sentence } from "../_rules/sentence.tsx";
import { focusFirstProblem } from "./editor-context.ts";
import { DraftImpact } from "./impact-summary.tsx";
import { type PolicyData, whoStays } from "./policy-data.ts";
import type { Editor } from "./use-editor.ts";

/** Saving, publishing and discarding the draft that an editor holds. */
export function usePublishing(policy: PolicyData, editor: Editor) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries(trpc.policy.pathFilter());
  const saveDraft = useMutation(trpc.policy.saveDraft.mutationOptions({ onSuccess: refresh }));
  const publish = useMutation(trpc.policy.publish.mutationOptions({ onSuccess: refresh }));
  const discard = useMutation(trpc.policy.discardDraft.mutationOptions({ onSuccess: refresh }));
  const { id, name, versions } = policy;
  const published = versions[0];
  const next = (published?.number ?? 0) + 1;

  /** Whether everything that was changed is saved now; if not, the fields say why. */
  async function save(): Promise<boolean> {
    const { valid, problems, dirty } = editor;
    if (valid === undefined || Object.keys(problems).length > 0) {
      focusFirstProblem();
      return false;
    }
    if (!dirty) return true;
    try {
      await saveDraft.mutateAsync({ id, rules: valid });
    } catch (error) {
      editor.refuse(error);
      return false;
    }
    editor.markSaved(valid);
    return true;
  }

  async function saveAndSay() {
    if (!editor.dirty) return;
    if (await save()) toastDone("Draft saved. Nothing changes for customers until it is published.");
  }

  async function confirmPublish() {
    const rules = editor.valid;
    if (!(await save()) || rules === undefined) return;
    confirmAction({
      title: `Publish version ${next} of ${name}?`,
      body:
        published === undefined ? (
          <Sentence rules={rules} catalog={editor.catalog} />
        ) : (
          <Stack gap="md">
            <DiffList changes={policyDiff(published.rules, rules)} catalog={editor.catalog} />
            {versions.some(({ licenses }) => licenses.count > 0) && <DraftImpact policyId={id} />}
          </Stack>
        ),
      effects: publishEffects(policy, next),
      undo: "A version is never changed or deleted; a mistake is put right by publishing another.",
      confirm: `Publish version ${next}`,
      run: async () => {
        const { number } = await publish.mutateAsync({ id });
        toastDone(`Version ${number} is published.`);
      },
    });
  }

  function confirmDiscard() {
    if (published === undefined) return;
    const changes = policyDiff(published.rules, editor.readable).length;
    confirmAction({
      title: "Discard the draft?",
      effects: [
        `Drops ${countOf(changes, "change")}; the rules read as in version ${published.number} again.`,
      ],
      undo: "Cannot be undone.",
      confirm: "Discard draft",
      danger: true,
      run: async () => {
        await discard.mutateAsync({ id });
        editor.reset(published.rules);
        toastDone("The draft was discarded.");
      },
    });
  }

  return { next, saving: saveDraft.isPending, saveAndSay, confirmPublish, confirmDiscard };
}

function publishEffects({ versions }: PolicyData, next: number): string[] {
  if (versions.length === 0) return ["Licenses can be issued under this policy from now on."];
  const staying = whoStays(versions);
  return [
    `New licenses are issued under version ${next}.`,
    staying === undefined
      ? "No license exists under the versions before."
      : `Existing licenses stay where they are: ${staying}. You can move them afterwards.`,
  ];
}

"use client";

import { Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { PolicyRules } from "#server/domain/policy.ts";
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

/** What somebody else made of the draft, and what it would be by this form. */
export interface Conflict {
  readonly theirs: PolicyRules;
  readonly mine: PolicyRules;
  readonly revision: number;
  readonly edit: PolicyData["latestEdit"];
}

/** Saving, publishing and discarding the draft that an editor holds. */
export function usePublishing(policy: PolicyData, editor: Editor) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries(trpc.policy.pathFilter());
  const saveDraft = useMutation(trpc.policy.saveDraft.mutationOptions({ onSuccess: refresh }));
  const publish = useMutation(trpc.policy.publish.mutationOptions({ onSuccess: refresh }));
  const discard = useMutation(trpc.policy.discardDraft.mutationOptions({ onSuccess: refresh }));
  const { id, name, versions } = policy;
  const [conflict, setConflict] = useState<Conflict>();
  const published = versions[0];
  const next = (published?.number ?? 0) + 1;

  /** The revision that has everything that was changed; undefined where it could not be saved, and the fields or a dialog say why. */
  async function save(basedOn = editor.basedOn): Promise<number | undefined> {
    const { valid, problems, dirty } = editor;
    if (valid === undefined || Object.keys(problems).length > 0) {
      focusFirstProblem();
      return undefined;
    }
    if (!dirty) return basedOn;
    try {
      const saved = await saveDraft.mutateAsync({ id, rules: valid, basedOn });
      if (saved.conflict !== null) {
        await showConflict(valid);
        return undefined;
      }
      setConflict(undefined);
      editor.markSaved(valid, saved.revision);
      return saved.revision;
    } catch (error) {
      setConflict(undefined);
      editor.refuse(error);
      return undefined;
    }
  }

  async function showConflict(mine: PolicyRules): Promise<void> {
    const fresh = await queries.fetchQuery({ ...trpc.policy.get.queryOptions({ id }), staleTime: 0 });
    const theirs = fresh.draft ?? fresh.versions[0]?.rules;
    if (theirs === undefined) return;
    setConflict({ theirs, mine, revision: fresh.revision, edit: fresh.latestEdit });
  }

  /** What to do about a conflict; until then the form keeps what was typed. */
  const settle = {
    async overwrite() {
      if (conflict !== undefined && (await save(conflict.revision)) !== undefined) sayDraftSaved();
    },
    takeTheirs() {
      if (conflict !== undefined) editor.reset(conflict.theirs, conflict.revision);
      setConflict(undefined);
    },
    close: () => setConflict(undefined),
  };

  async function saveAndSay() {
    if (!editor.dirty) return;
    if ((await save()) !== undefined) sayDraftSaved();
  }

  async function confirmPublish() {
    const rules = editor.valid;
    const basedOn = await save();
    if (basedOn === undefined || rules === undefined) return;
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
        const { number } = await publish.mutateAsync({ id, basedOn });
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
        await discard.mutateAsync({ id, basedOn: editor.basedOn });
        editor.reset(published.rules, editor.basedOn);
        toastDone("The draft was discarded.");
      },
    });
  }

  return { next, saving: saveDraft.isPending, saveAndSay, confirmPublish, confirmDiscard, conflict, settle };
}

function sayDraftSaved(): void {
  toastDone("Draft saved. Nothing changes for customers until it is published.");
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

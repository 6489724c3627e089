"use client";

import { Button, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { policyDiff } from "#server/domain/policy-diff.ts";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { DiffList } from "../_rules/diff-list.tsx";
import type { Catalog } from "../_rules/editable.ts";
import type { Conflict } from "./use-publishing.tsx";

const DID = { saved: "saved this draft", discarded: "discarded the draft", published: "published a version" };

/** Somebody else was quicker: shows what differs, and lets neither overwrite the other by accident. */
export function DraftConflict({
  conflict,
  catalog,
  saving,
  settle,
}: {
  conflict: Conflict | undefined;
  catalog: Catalog;
  saving: boolean;
  settle: { overwrite: () => Promise<void>; takeTheirs: () => void; close: () => void };
}) {
  return (
    <Modal opened={conflict !== undefined} onClose={settle.close} title="Somebody was quicker" size="lg">
      {conflict !== undefined && (
        <Stack gap="md">
          <Text fz="sm" component="div">
            {conflict.edit?.by ?? "Signet"} {DID[conflict.edit?.what ?? "saved"]}
            {conflict.edit !== null && (
              <>
                {" "}
                <RelativeTime at={conflict.edit.at} />
              </>
            )}
            , after you had opened it. Nothing is lost: what you typed stays in the form, and theirs in the
            draft, until you choose.
          </Text>
          <section aria-label="From theirs to yours">
            <Title order={3} fz="sm" mb={4}>
              From theirs to yours
            </Title>
            <DiffList changes={policyDiff(conflict.theirs, conflict.mine)} catalog={catalog} />
          </section>
          <Group justify="flex-end" gap="sm">
            <Button variant="subtle" onClick={settle.close} data-autofocus>
              Go on editing
            </Button>
            <Button variant="default" onClick={settle.takeTheirs}>
              Take theirs, drop mine
            </Button>
            <Button loading={saving} onClick={() => void settle.overwrite()}>
              Put mine over it
            </Button>
          </Group>
          <Text fz="xs" c="dimmed">
            The audit log keeps both.
          </Text>
        </Stack>
      )}
    </Modal>
  );
}

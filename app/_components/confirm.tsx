"use client";

import { Alert, Button, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconAlertTriangle } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { describeFailure } from "./failure.ts";

export interface Confirmation {
  /** A question naming the thing: "Revoke license ACME-7?" */
  readonly title: string;
  /** What it will do, in numbers, a line each: "Revokes 3 activations and frees 12 seats". */
  readonly effects: readonly ReactNode[];
  /** What it is about, above the effects, where a sentence is not enough: a comparison. */
  readonly body?: ReactNode;
  /** Whether it can be taken back, and how. */
  readonly undo?: ReactNode;
  /** The verb on the button: "Revoke license". */
  readonly confirm: string;
  readonly danger?: boolean;
  /** A word to type first, for what cannot be undone and reaches far. */
  readonly typed?: string;
  /** Asks why, under this label; what was written is given to `run`. */
  readonly reason?: string;
  /** Does it. The dialog stays, saying why, if this rejects. */
  readonly run: (reason: string) => Promise<unknown>;
}

/** Asks before acting. */
export function confirmAction(confirmation: Confirmation): void {
  const modalId = modals.open({
    title: confirmation.title,
    children: <ConfirmBody {...confirmation} close={() => modals.close(modalId)} />,
  });
}

function ConfirmBody({
  effects,
  body,
  undo,
  confirm,
  danger,
  typed,
  reason,
  run,
  close,
}: Confirmation & { close: () => void }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [text, setText] = useState("");
  const [why, setWhy] = useState("");

  async function act() {
    setBusy(true);
    setFailure(undefined);
    try {
      await run(why);
      close();
    } catch (error) {
      setFailure(describeFailure(error).message);
      setBusy(false);
    }
  }

  return (
    <Stack gap="md">
      {body}
      <List spacing={6} fz="sm">
        {effects.map((effect, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an open dialog do not change.
          <List.Item key={index}>{effect}</List.Item>
        ))}
      </List>
      {undo !== undefined && (
        <Text fz="sm" c="dimmed">
          {undo}
        </Text>
      )}
      {reason !== undefined && (
        <TextInput
          label={reason}
          description="Optional; kept in the audit log."
          value={why}
          maxLength={500}
          onChange={(event) => setWhy(event.currentTarget.value)}
        />
      )}
      {typed !== undefined && (
        <TextInput
          label={`Type ${typed} to go on`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autoComplete="off"
        />
      )}
      {failure !== undefined && (
        <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
          {failure}
        </Alert>
      )}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={close} disabled={busy} data-autofocus>
          Cancel
        </Button>
        <Button
          {...(danger ? { color: "red" } : {})}
          loading={busy}
          disabled={typed !== undefined && text.trim() !== typed}
          onClick={act}
        >
          {confirm}
        </Button>
      </Group>
    </Stack>
  );
}

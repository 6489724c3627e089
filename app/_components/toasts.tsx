"use client";

import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconX } from "@tabler/icons-react";
import { describeFailure } from "./failure.ts";

/** Time to notice and to press, for what can be taken back. */
const UNDO_MS = 10_000;

/** Something was done: says what, in the past tense; `undo` takes it back, and is told of too. */
export function toastDone(message: string, undo?: () => Promise<unknown>): void {
  const look = { color: "green", icon: <IconCheck size={18} /> };
  if (undo === undefined) {
    notifications.show({ ...look, message, autoClose: 4000 });
    return;
  }
  const id = notifications.show({
    ...look,
    autoClose: UNDO_MS,
    message: (
      <Group justify="space-between" gap="sm" wrap="nowrap">
        <Text fz="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="default"
          flex="none"
          onClick={() => {
            notifications.hide(id);
            undo().then(() => toastDone("Taken back."), toastFailed);
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  });
}

/** Something could not be done and there is no form to say it in. Stays until it is closed. */
export function toastFailed(error: unknown): void {
  const { title, message } = describeFailure(error);
  notifications.show({ title, message, color: "red", icon: <IconX size={18} />, autoClose: false });
}

"use client";

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { CodeForm } from "./code-form.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";

interface CodeDialogProps {
  readonly title: string;
  /** What it will do. */
  readonly what: ReactNode;
  readonly verb: string;
  readonly danger?: boolean;
  /** Resolves to recovery codes to show before the dialog closes. */
  readonly run: (code: string) => Promise<readonly string[]>;
}

/** Asks for a code of the authenticator app before it does something. */
export function CodeDialog({
  opened,
  close,
  ...props
}: CodeDialogProps & { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title={props.title}>
      <CodeDialogBody {...props} close={close} />
    </Modal>
  );
}

function CodeDialogBody({ what, verb, danger = false, run, close }: CodeDialogProps & { close: () => void }) {
  const [codes, setCodes] = useState<readonly string[]>([]);
  if (codes.length > 0)
    return (
      <Stack gap="md">
        <RecoveryCodes codes={codes} />
        <Group justify="flex-end">
          <Button onClick={close}>I have kept them</Button>
        </Group>
      </Stack>
    );
  return (
    <Stack gap="md">
      <Text fz="sm">{what}</Text>
      <CodeForm
        verb={verb}
        danger={danger}
        cancel={close}
        run={async (code) => {
          const made = await run(code);
          if (made.length === 0) close();
          else setCodes(made);
        }}
      />
    </Stack>
  );
}

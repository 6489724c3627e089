"use client";

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import encodeQR from "qr";
import { useState } from "react";
import { CopyField } from "../_components/copy.tsx";
import { useTRPC } from "../_trpc/client.tsx";
import classes from "./account.module.css";
import { CodeForm } from "./code-form.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { useCodeActions } from "./use-code-actions.ts";

/** What the app is given, as a link for the QR code and as text. */
interface Setup {
  readonly uri: string;
  readonly secret: string;
}

/** Three steps: scan, show that it worked, keep the recovery codes. */
export function SetUpTwoFactor({
  setup,
  opened,
  close,
}: {
  setup: Setup | undefined;
  opened: boolean;
  close: () => void;
}) {
  return (
    <Modal opened={opened} onClose={close} title="Set up two-factor sign-in">
      {setup !== undefined && <Steps setup={setup} close={close} />}
    </Modal>
  );
}

function Steps({ setup, close }: { setup: Setup; close: () => void }) {
  const { confirm } = useCodeActions();
  const signIn = useQuery(useTRPC().account.signIn.queryOptions());
  const [codes, setCodes] = useState<readonly string[]>();

  if (codes !== undefined)
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
      <Text fz="sm">
        Scan this with an authenticator app, such as Google Authenticator, 1Password or Aegis, then enter the
        code that it shows.
      </Text>
      <div
        className={classes.qr}
        role="img"
        aria-label="QR code for your authenticator app"
        // biome-ignore lint/security/noDangerouslySetInnerHtml: an SVG made here, of squares only.
        dangerouslySetInnerHTML={{ __html: encodeQR(setup.uri, "svg", { border: 2 }) }}
      />
      <CopyField
        label="Secret key"
        description="To type in the app where you cannot scan."
        value={setup.secret}
      />
      <CodeForm
        verb="Turn on"
        asksPassword={signIn.data?.password !== false}
        cancel={close}
        run={async (code, password) => setCodes(await confirm(code, password))}
      />
    </Stack>
  );
}

"use client";

import { Badge, Button, Card, Group, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconShieldCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { RelativeTime } from "../_components/relative-time.tsx";
import { toastFailed } from "../_components/toasts.tsx";
import { useTRPC } from "../_trpc/client.tsx";
import { CodeDialog } from "./code-dialog.tsx";
import { SetUpTwoFactor } from "./set-up-two-factor.tsx";
import { useCodeActions } from "./use-code-actions.ts";

/** Recovery codes left at which new ones should be made. */
const FEW = 3;

export interface TwoFactorStatus {
  readonly enabledAt: Date | null;
  readonly recoveryCodesLeft: number;
  readonly survivesReset: boolean;
}

export function TwoFactorCard({ status, hasPassword }: { status: TwoFactorStatus; hasPassword: boolean }) {
  const { enabledAt, recoveryCodesLeft, survivesReset } = status;
  const [settingUp, setUp] = useDisclosure(false);
  const [renewing, renew] = useDisclosure(false);
  const [ending, end] = useDisclosure(false);
  const trpc = useTRPC();
  const begin = useMutation(
    trpc.account.beginTwoFactor.mutationOptions({ onSuccess: setUp.open, onError: toastFailed }),
  );
  const actions = useCodeActions();
  const isOn = enabledAt !== null;
  return (
    <Card component="section" aria-labelledby="two-factor-title">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ flex: "1 1 18rem" }}>
          <Group gap="sm">
            <Title order={2} fz="h3" id="two-factor-title">
              Two-factor sign-in
            </Title>
            <Badge
              color="gray"
              leftSection={
                isOn && <IconShieldCheck size={13} color="var(--mantine-color-green-6)" aria-hidden />
              }
            >
              {isOn ? "On" : "Off"}
            </Badge>
          </Group>
          <Text fz="sm" c="dimmed" component="div">
            {isOn ? (
              <>
                On since <RelativeTime at={enabledAt} />. {recoveryCodesLeft} recovery{" "}
                {recoveryCodesLeft === 1 ? "code" : "codes"} left
                {recoveryCodesLeft <= FEW && ": make new ones before you need them"}.
                {!survivesReset &&
                  hasPassword &&
                  " A new password chosen by mail still takes it away, since nobody has proved this address: sign in once by a mailed link and a code."}
              </>
            ) : (
              "Besides the password, sign-in then asks for a code that only your phone can make. A stolen password opens nothing."
            )}
          </Text>
        </div>
        {isOn ? (
          <Group gap="sm">
            <Button variant="default" onClick={renew.open}>
              New recovery codes
            </Button>
            <Button variant="default" color="red" onClick={end.open}>
              Turn off
            </Button>
          </Group>
        ) : (
          <Button loading={begin.isPending} onClick={() => begin.mutate()}>
            Set up
          </Button>
        )}
      </Group>
      <SetUpTwoFactor setup={begin.data} opened={settingUp} close={setUp.close} />
      <CodeDialog
        opened={renewing}
        close={renew.close}
        title="New recovery codes"
        what="Your earlier codes stop working."
        verb="Make new codes"
        run={actions.renew}
      />
      <CodeDialog
        opened={ending}
        close={end.close}
        title="Turn off two-factor sign-in"
        what="From then on your password alone opens your account, and your recovery codes are thrown away."
        verb="Turn off"
        danger
        run={actions.disable}
      />
    </Card>
  );
}

"use client";

import { Alert, Button, Stack } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { describeFailure } from "../../../_components/failure.ts";
import { FormFailure } from "../../../_components/form.tsx";
import { TextLink } from "../../../_components/links.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

export function UnsubscribeForm({ token, preferences }: { token: string; preferences: string }) {
  const trpc = useTRPC();
  const turnOff = useMutation(trpc.account.unsubscribe.mutationOptions());
  if (turnOff.isSuccess) {
    return (
      <Stack gap="md">
        <Alert color="petrol" icon={<IconCheck size={18} />} role="status">
          You get no more of them. You can turn them on again whenever you like.
        </Alert>
        <TextLink href={preferences}>Choose your mails</TextLink>
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      <FormFailure failure={turnOff.error ? describeFailure(turnOff.error) : undefined} />
      <Button size="md" fullWidth loading={turnOff.isPending} onClick={() => turnOff.mutate({ token })}>
        Send me no more of these
      </Button>
    </Stack>
  );
}

"use client";

import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../_components/form.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { MailSent } from "../mail-sent.tsx";
import type { OutboxHint } from "../outbox-hint.ts";

export function AskForm({ outbox }: { outbox: OutboxHint }) {
  const trpc = useTRPC();
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "" } });
  const refusal = useRefusal(form);
  const signIn = useMutation(trpc.account.requestSignIn.mutationOptions({ onError: refusal.show }));
  const reset = useMutation(trpc.account.requestPasswordReset.mutationOptions({ onError: refusal.show }));
  const sent = [signIn, reset].find(({ isSuccess }) => isSuccess)?.variables;

  if (sent !== undefined)
    return (
      <MailSent email={sent.email} what="If there is an account, a link is on its way to" outbox={outbox} />
    );

  function ask(request: typeof signIn | typeof reset) {
    return form.onSubmit((values) => {
      refusal.clear();
      request.mutate(values);
    });
  }
  return (
    <form noValidate onSubmit={ask(signIn)}>
      <Stack gap="md">
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          autoFocus
          size="md"
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        <FormFailure failure={refusal.failure} />
        <Button
          type="submit"
          size="md"
          fullWidth
          loading={signIn.isPending}
          disabled={reset.isPending}
          mt={4}
        >
          Send me a link to sign in
        </Button>
        <Button
          variant="default"
          size="md"
          fullWidth
          loading={reset.isPending}
          disabled={signIn.isPending}
          onClick={() => ask(reset)()}
        >
          Choose a new password
        </Button>
      </Stack>
    </form>
  );
}

"use client";

import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../_components/form.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { MailSent } from "../mail-sent.tsx";
import type { OutboxHint } from "../outbox-hint.ts";

export function SignUpForm({ outbox }: { outbox: OutboxHint }) {
  const trpc = useTRPC();
  const form = useForm({ mode: "uncontrolled", initialValues: { name: "", company: "", email: "" } });
  const refusal = useRefusal(form);
  const request = useMutation(trpc.signUp.request.mutationOptions({ onError: refusal.show }));

  if (request.isSuccess)
    return (
      <MailSent
        email={request.variables.email}
        what="A link to confirm your address is on its way to"
        outbox={outbox}
      />
    );

  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        refusal.clear();
        request.mutate(values);
      })}
    >
      <Stack gap="md">
        <TextInput
          label="Your name"
          autoComplete="name"
          autoFocus
          size="md"
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
        <TextInput
          label="Company"
          description="Your customers see this name. You can change it later."
          autoComplete="organization"
          size="md"
          key={form.key("company")}
          {...form.getInputProps("company")}
        />
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="email"
          size="md"
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        <FormFailure failure={refusal.failure} />
        <Button type="submit" size="md" fullWidth loading={request.isPending} mt={4}>
          Send me the link
        </Button>
      </Stack>
    </form>
  );
}

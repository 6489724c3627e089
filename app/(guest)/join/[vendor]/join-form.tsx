"use client";

import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { MailSent } from "../../../(auth)/mail-sent.tsx";
import type { OutboxHint } from "../../../(auth)/outbox-hint.ts";

export function JoinForm({ vendor, outbox }: { vendor: string; outbox: OutboxHint }) {
  const trpc = useTRPC();
  const form = useForm({ mode: "uncontrolled", initialValues: { licenseKey: "", email: "" } });
  const refusal = useRefusal(form);
  const request = useMutation(trpc.join.request.mutationOptions({ onError: refusal.show }));

  if (request.isSuccess)
    return (
      <MailSent
        email={request.variables.email}
        what="If the key is right, a link is on its way to"
        outbox={outbox}
      />
    );

  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        refusal.clear();
        request.mutate({ vendor, ...values });
      })}
    >
      <Stack gap="md">
        <TextInput
          label="License key"
          placeholder="ACME-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          autoFocus
          size="md"
          key={form.key("licenseKey")}
          {...form.getInputProps("licenseKey")}
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

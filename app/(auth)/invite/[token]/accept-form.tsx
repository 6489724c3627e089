"use client";

import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { signIn } from "next-auth/react";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

export function AcceptForm({
  token,
  email,
  hasAccount,
  landing,
}: {
  token: string;
  email: string;
  hasAccount: boolean;
  /** Where whoever accepted goes: the part of the portal they were let into. */
  landing: "/admin" | "/portal";
}) {
  const trpc = useTRPC();
  const form = useForm({ mode: "uncontrolled", initialValues: { name: "", password: "" } });
  const refusal = useRefusal(form);
  const accept = useMutation(
    trpc.team.acceptInvitation.mutationOptions({
      onError: refusal.show,
      onSuccess: async (_, { password }) => {
        await signIn("credentials", { email, password, redirect: false });
        window.location.assign(landing);
      },
    }),
  );

  function submit(values: { name: string; password: string }) {
    refusal.clear();
    accept.mutate({ token, ...values, name: hasAccount ? email : values.name });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <TextInput label="E-mail address" value={email} readOnly size="md" autoComplete="username" />
        {!hasAccount && (
          <TextInput
            label="Your name"
            autoComplete="name"
            autoFocus
            size="md"
            key={form.key("name")}
            {...form.getInputProps("name")}
          />
        )}
        <PasswordInput
          label="Password"
          {...(hasAccount
            ? {}
            : { description: "At least 12 characters; a few words are easier to remember." })}
          autoComplete={hasAccount ? "current-password" : "new-password"}
          size="md"
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        <FormFailure failure={refusal.failure} />
        <Button type="submit" size="md" fullWidth loading={accept.isPending || accept.isSuccess} mt={4}>
          {hasAccount ? "Confirm and join" : "Create account and join"}
        </Button>
      </Stack>
    </form>
  );
}

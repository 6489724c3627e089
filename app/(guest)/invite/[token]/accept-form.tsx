"use client";

import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { TWO_FACTOR_NEEDED } from "#server/domain/two-factor.ts";
import { CodeInput } from "../../../_components/code-input.tsx";
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
  /** Where whoever accepted goes: the place they were let in to. */
  landing: string;
}) {
  const trpc = useTRPC();
  const form = useForm({ mode: "uncontrolled", initialValues: { name: "", password: "", code: "" } });
  const [codeAsked, setCodeAsked] = useState(false);
  const refusal = useRefusal(form);
  const accept = useMutation(
    trpc.team.acceptInvitation.mutationOptions({
      onError(error) {
        if (error.message === TWO_FACTOR_NEEDED) setCodeAsked(true);
        else refusal.show(error);
      },
      onSuccess: async (_, { password }) => {
        const signedIn = await signIn("credentials", { email, password, redirect: false });
        // A code opens once: whoever proves a second factor signs in with the next one.
        window.location.assign(signedIn?.error ? `/sign-in?next=${landing}` : landing);
      },
    }),
  );

  function submit(values: { name: string; password: string; code: string }) {
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
        {codeAsked && (
          <CodeInput
            label="Code"
            description={TWO_FACTOR_NEEDED}
            autoComplete="one-time-code"
            autoFocus
            size="md"
            key={form.key("code")}
            {...form.getInputProps("code")}
          />
        )}
        <FormFailure failure={refusal.failure} />
        <Button type="submit" size="md" fullWidth loading={accept.isPending || accept.isSuccess} mt={4}>
          {hasAccount ? "Confirm and join" : "Create account and join"}
        </Button>
      </Stack>
    </form>
  );
}

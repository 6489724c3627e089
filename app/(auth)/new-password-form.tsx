"use client";

import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { FormFailure, useRefusal } from "../_components/form.tsx";

/** Chooses the password of an account whose address a link has proved. */
export function NewPasswordForm({
  email,
  verb,
  error,
  isPending,
  onSubmit,
}: {
  email: string;
  verb: string;
  error: unknown;
  isPending: boolean;
  onSubmit: (password: string) => void;
}) {
  const form = useForm({ mode: "uncontrolled", initialValues: { password: "" } });
  const refusal = useRefusal(form);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new refusal is shown once.
  useEffect(() => {
    if (error) refusal.show(error);
  }, [error]);
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ password }) => {
        refusal.clear();
        onSubmit(password);
      })}
    >
      <Stack gap="md">
        <TextInput label="E-mail address" value={email} readOnly size="md" autoComplete="username" />
        <PasswordInput
          label="Password"
          description="At least 12 characters; a few words are easier to remember."
          autoComplete="new-password"
          autoFocus
          size="md"
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        <FormFailure failure={refusal.failure} />
        <Button type="submit" size="md" fullWidth loading={isPending} mt={4}>
          {verb}
        </Button>
      </Stack>
    </form>
  );
}

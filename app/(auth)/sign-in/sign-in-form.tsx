"use client";

import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { useState } from "react";

export function SignInForm({ target }: { target: string }) {
  const [failure, setFailure] = useState<string>();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", password: "" },
    validate: {
      email: (value) => (value.includes("@") ? null : "Enter your e-mail address."),
      password: (value) => (value ? null : "Enter your password."),
    },
  });

  async function submit(credentials: { email: string; password: string }) {
    setFailure(undefined);
    const result = await attempt(credentials);
    if (result === undefined) {
      // A whole new page: nothing of another person's session stays in this tab's memory.
      window.location.assign(target);
      return new Promise(() => {});
    }
    setFailure(result);
    form.getInputNode("password")?.focus();
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        {failure !== undefined && (
          <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
            {failure}
          </Alert>
        )}
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          autoFocus
          size="md"
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          size="md"
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        <Button type="submit" size="md" fullWidth loading={form.submitting} mt={4}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

/** Undefined when it worked; else the server's own sentence. */
async function attempt(credentials: { email: string; password: string }): Promise<string | undefined> {
  try {
    const result = await signIn("credentials", { ...credentials, redirect: false });
    if (result?.ok && !result.error) return undefined;
    return result?.error ?? "Signing in did not work; try again.";
  } catch {
    return "The server could not be reached; check the connection and try again.";
  }
}

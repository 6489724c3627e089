"use client";

import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { TWO_FACTOR_NEEDED } from "#server/domain/two-factor.ts";
import { CodeInput } from "../../_components/code-input.tsx";

interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Empty until it is asked for. */
  readonly code: string;
}

export function SignInForm({ target }: { target: string }) {
  const [failure, setFailure] = useState<string>();
  const [codeAsked, setCodeAsked] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", password: "", code: "" },
    validate: {
      email: (value) => (value.includes("@") ? null : "Enter your e-mail address."),
      password: (value) => (value ? null : "Enter your password."),
    },
  });

  async function submit(credentials: Credentials) {
    setFailure(undefined);
    const result = await attempt(credentials);
    if (result === undefined) {
      // A whole new page: nothing of another person's session stays in this tab's memory.
      window.location.assign(target);
      return new Promise(() => {});
    }
    if (result === TWO_FACTOR_NEEDED) return setCodeAsked(true);
    setFailure(result);
    form.getInputNode(codeAsked ? "code" : "password")?.focus();
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
        <Button type="submit" size="md" fullWidth loading={form.submitting} mt={4}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

/** Undefined when it worked; else the server's own sentence. */
async function attempt(credentials: Credentials): Promise<string | undefined> {
  try {
    const result = await signIn("credentials", { ...credentials, redirect: false });
    if (result?.ok && !result.error) return undefined;
    return result?.error ?? "Signing in did not work; try again.";
  } catch {
    return "The server could not be reached; check the connection and try again.";
  }
}

"use client";

import { Alert, Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { CodeInput } from "../../../_components/code-input.tsx";

/** The code of the authenticator app, after the identity provider. */
export function CodeStep({ target }: { target: string }) {
  const [failure, setFailure] = useState<string>();
  const form = useForm({ mode: "uncontrolled", initialValues: { code: "" } });

  async function submit({ code }: { code: string }) {
    setFailure(undefined);
    const refusal = await attempt(code);
    if (refusal !== undefined) {
      setFailure(refusal);
      return form.getInputNode("code")?.focus();
    }
    window.location.assign(target);
    return new Promise(() => {});
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        {failure !== undefined && (
          <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
            {failure}
          </Alert>
        )}
        <CodeInput
          label="Code"
          description="Six digits from your authenticator app, or a recovery code."
          autoComplete="one-time-code"
          autoFocus
          size="md"
          key={form.key("code")}
          {...form.getInputProps("code")}
        />
        <Button type="submit" size="md" fullWidth loading={form.submitting}>
          Go on
        </Button>
      </Stack>
    </form>
  );
}

/** Undefined when it worked; else the server's own sentence. */
async function attempt(code: string): Promise<string | undefined> {
  try {
    const result = await signIn("oidc-code", { code, redirect: false });
    return result?.ok && !result.error ? undefined : (result?.error ?? "That did not work; try again.");
  } catch {
    return "The server could not be reached; check the connection and try again.";
  }
}

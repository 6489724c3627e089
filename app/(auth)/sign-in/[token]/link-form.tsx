"use client";

import { Alert, Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { TWO_FACTOR_NEEDED } from "#server/domain/two-factor.ts";
import { CodeInput } from "../../../_components/code-input.tsx";

export function LinkForm({ token }: { token: string }) {
  const [failure, setFailure] = useState<string>();
  const [codeAsked, setCodeAsked] = useState(false);
  const form = useForm({ mode: "uncontrolled", initialValues: { code: "" } });

  async function submit({ code }: { code: string }) {
    setFailure(undefined);
    const result = await signIn("mailed-link", { token, code, redirect: false }).catch(() => undefined);
    if (result?.ok && !result.error) {
      // A whole new page: nothing of another person's session stays in this tab's memory.
      window.location.assign("/");
      return new Promise(() => {});
    }
    const sentence = result?.error ?? "The server could not be reached; check the connection and try again.";
    if (sentence === TWO_FACTOR_NEEDED) return setCodeAsked(true);
    setFailure(sentence);
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        {failure !== undefined && (
          <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
            {failure}
          </Alert>
        )}
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
        <Button type="submit" size="md" fullWidth autoFocus loading={form.submitting}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

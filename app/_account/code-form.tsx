"use client";

import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { CodeInput } from "../_components/code-input.tsx";
import { FormFailure, useRefusal } from "../_components/form.tsx";

/** One field for a code, where it is asked for one for the password, and what is done with it. */
export function CodeForm({
  verb,
  danger = false,
  asksPassword = false,
  cancel,
  run,
}: {
  verb: string;
  danger?: boolean;
  asksPassword?: boolean;
  cancel: () => void;
  run: (code: string, password: string) => Promise<void>;
}) {
  const [busy, setBusy] = useState(false);
  const form = useForm({ initialValues: { code: "", password: "" } });
  const refusal = useRefusal(form);

  async function submit({ code, password }: { code: string; password: string }) {
    refusal.clear();
    setBusy(true);
    try {
      await run(code, password);
    } catch (error) {
      refusal.show(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <CodeInput
          label="Code"
          description="Six digits from your authenticator app, or a recovery code."
          inputMode="text"
          autoComplete="one-time-code"
          data-autofocus
          {...form.getInputProps("code")}
        />
        {asksPassword && (
          <PasswordInput
            label="Password"
            description="Yours, so that nobody else turns it on in a browser you left open."
            autoComplete="current-password"
            {...form.getInputProps("password")}
          />
        )}
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} {...(danger ? { color: "red" } : {})}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

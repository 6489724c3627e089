"use client";

import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { TWO_FACTOR_NEEDED } from "#server/domain/two-factor.ts";
import { CodeInput } from "../_components/code-input.tsx";
import { FormFailure, useRefusal } from "../_components/form.tsx";
import { toastDone } from "../_components/toasts.tsx";
import { useTRPC } from "../_trpc/client.tsx";

/** The provider has vouched; the account's own password says that its owner wants it. */
export function ConnectForm({ label, provider }: { label: string; provider: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [codeAsked, setCodeAsked] = useState(false);
  const form = useForm({ initialValues: { password: "", code: "" } });
  const refusal = useRefusal(form);
  const link = useMutation(
    trpc.account.linkIdentity.mutationOptions({
      onError(error) {
        if (error.message === TWO_FACTOR_NEEDED) setCodeAsked(true);
        else refusal.show(error);
      },
      async onSuccess() {
        await queries.invalidateQueries(trpc.account.pathFilter());
        toastDone(`${label} opens your account from now on.`);
      },
    }),
  );
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        refusal.clear();
        link.mutate(values);
      })}
      noValidate
    >
      <Stack gap="md" mt="md">
        <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
          {provider} says that you are <b>{label}</b>. Confirm with your Signet password that it may open this
          account.
        </Text>
        <PasswordInput
          label="Your Signet password"
          autoComplete="current-password"
          autoFocus
          {...form.getInputProps("password")}
        />
        {codeAsked && (
          <CodeInput
            label="Code"
            description={TWO_FACTOR_NEEDED}
            autoComplete="one-time-code"
            autoFocus
            {...form.getInputProps("code")}
          />
        )}
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end">
          <Button type="submit" loading={link.isPending}>
            Connect {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

"use client";

import { Button, Card, Group, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { signOut } from "next-auth/react";
import { FormFailure, useRefusal } from "../_components/form.tsx";
import { useTRPC } from "../_trpc/client.tsx";

export function PasswordCard() {
  const trpc = useTRPC();
  const form = useForm({ initialValues: { current: "", next: "" } });
  const refusal = useRefusal(form);
  const change = useMutation(
    trpc.account.changePassword.mutationOptions({
      onError: refusal.show,
      async onSuccess() {
        await signOut({ redirect: false });
        window.location.assign("/sign-in?reason=password_changed");
      },
    }),
  );

  return (
    <Card component="section" aria-labelledby="password-title">
      <Title order={2} fz="h3" id="password-title">
        Password
      </Title>
      <Text fz="sm" c="dimmed" mb="sm">
        Changing it signs you out everywhere, here too.
      </Text>
      <form
        onSubmit={form.onSubmit((values) => {
          refusal.clear();
          change.mutate(values);
        })}
        noValidate
      >
        <Stack gap="md">
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            {...form.getInputProps("current")}
          />
          <PasswordInput
            label="New password"
            description="At least 12 characters; a few words are easier to remember."
            autoComplete="new-password"
            {...form.getInputProps("next")}
          />
          <FormFailure failure={refusal.failure} />
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={change.isPending || change.isSuccess}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

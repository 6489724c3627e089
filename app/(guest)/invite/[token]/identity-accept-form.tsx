"use client";

import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { signIn } from "next-auth/react";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

/** Accepts with the identity that the provider has just vouched for. */
export function IdentityAcceptForm({
  token,
  label,
  name,
  isNew,
  landing,
}: {
  token: string;
  /** What the provider calls them. */
  label: string;
  name: string;
  isNew: boolean;
  landing: string;
}) {
  const trpc = useTRPC();
  const form = useForm({ mode: "uncontrolled", initialValues: { name: name || label } });
  const refusal = useRefusal(form);
  const accept = useMutation(
    trpc.team.acceptInvitationByIdentity.mutationOptions({
      onError: refusal.show,
      async onSuccess() {
        if (!isNew) return window.location.assign(landing);
        // The account is there now, and the provider remembers who it vouched for a moment ago.
        await signIn("oidc", { callbackUrl: `/sign-in/continue?next=${landing}` });
      },
    }),
  );
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        refusal.clear();
        accept.mutate({ token, ...values });
      })}
      noValidate
    >
      <Stack gap="md">
        <TextInput label="Signed in at your identity provider as" value={label} readOnly size="md" />
        {isNew && (
          <TextInput
            label="Your name"
            autoComplete="name"
            size="md"
            key={form.key("name")}
            {...form.getInputProps("name")}
          />
        )}
        <FormFailure failure={refusal.failure} />
        <Button type="submit" size="md" fullWidth loading={accept.isPending || accept.isSuccess}>
          Join
        </Button>
      </Stack>
    </form>
  );
}

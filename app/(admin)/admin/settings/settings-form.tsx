"use client";

import { Button, Card, ColorInput, Group, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useRouter } from "next/navigation";
import type { AppRouter } from "#server/trpc/router.ts";
import { CopyField } from "../../../_components/copy.tsx";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { TextLink } from "../../../_components/links.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useUnsavedGuard } from "../../../_components/use-unsaved-guard.ts";
import { useTRPC } from "../../../_trpc/client.tsx";

type Settings = inferRouterOutputs<AppRouter>["settings"]["get"];
const SWATCHES = ["#0b7285", "#1864ab", "#5f3dc4", "#a61e4d", "#c92a2a", "#d9480f", "#2b8a3e", "#343a40"];

export function SettingsForm({
  settings,
  mayWrite,
  joinUrl,
}: {
  settings: Settings;
  mayWrite: boolean;
  joinUrl: string;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const form = useForm({
    initialValues: {
      name: settings.name,
      accent: settings.accent ?? "",
      supportEmail: settings.supportEmail ?? "",
      twoFactorRequired: settings.twoFactorRequired,
    },
  });
  useUnsavedGuard(form.isDirty());
  const refusal = useRefusal(form);
  const update = useMutation(
    trpc.settings.update.mutationOptions({
      onError: refusal.show,
      async onSuccess() {
        form.resetDirty();
        await queries.invalidateQueries(trpc.settings.get.queryFilter());
        toastDone("The settings are saved.");
        // The name stands in the frame, which the server draws.
        router.refresh();
      },
    }),
  );

  function submit({ accent, supportEmail, ...values }: typeof form.values) {
    refusal.clear();
    update.mutate({
      ...values,
      accent: accent === "" ? null : accent.toLowerCase(),
      supportEmail: supportEmail === "" ? null : supportEmail,
    });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="lg" maw="44rem">
        <Card component="section" aria-labelledby="company-title">
          <Title order={2} fz="h3" id="company-title" mb="sm">
            Your company
          </Title>
          <Stack gap="md">
            <TextInput label="Name" readOnly={!mayWrite} {...form.getInputProps("name")} />
            <TextInput
              label="Support address"
              description="Where your customers write to when a license gives them trouble."
              placeholder="support@example.com"
              type="email"
              readOnly={!mayWrite}
              {...form.getInputProps("supportEmail")}
            />
            <ColorInput
              label="Colour"
              description="Of the buttons and marks that your customers see. Empty: Signet's own."
              placeholder="#0b7285"
              swatches={SWATCHES}
              swatchesPerRow={8}
              withEyeDropper={false}
              readOnly={!mayWrite}
              {...form.getInputProps("accent")}
            />
            <CopyField
              label="Sign-up page"
              description="In this name and colour. Whoever holds a license key of yours sees that license there."
              value={joinUrl}
            />
          </Stack>
        </Card>
        <Card component="section" aria-labelledby="staff-title">
          <Title order={2} fz="h3" id="staff-title" mb="sm">
            Signing in
          </Title>
          <Switch
            label="Ask everybody in the team for two-factor sign-in"
            description={sentence(settings)}
            disabled={!mayWrite}
            {...form.getInputProps("twoFactorRequired", { type: "checkbox" })}
          />
          <Text fz="sm" c="dimmed" mt="sm">
            You set up your own on{" "}
            <TextLink href="/admin/account" fz="inherit" underline="always">
              your account
            </TextLink>
            .
          </Text>
        </Card>
        <FormFailure failure={refusal.failure} />
        {mayWrite && (
          <Group justify="flex-end">
            <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
              Save settings
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

/** What asking for it would mean, in numbers. */
function sentence({ members, withTwoFactor }: Settings): string {
  const without = members - withTwoFactor;
  if (without === 0) return "Everybody has it already; whoever joins later is asked to set it up first.";
  return `${withTwoFactor} of ${members} have it. The other ${without === 1 ? "one is" : `${without} are`} asked to set it up before they can do anything else.`;
}

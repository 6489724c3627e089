import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { TRIAL_DAYS, TRIAL_LICENSES } from "#server/domain/trial.ts";
import { TextLink } from "../../_components/links.tsx";
import { server } from "../../_server.ts";
import { currentActor } from "../../_session.ts";
import { outboxHint } from "../outbox-hint.ts";
import { SignUpForm } from "./sign-up-form.tsx";

export const metadata: Metadata = { title: "Sign up" };

export default async function SignUpPage() {
  if ((await currentActor()) !== undefined) redirect("/admin");
  if (!server().signUp.isOpen) {
    return (
      <Stack gap="lg">
        <div>
          <Title order={1}>Sign-up is closed</Title>
          <Text c="dimmed">Nobody can sign up here by themselves. Ask whoever runs this server.</Text>
        </div>
        <TextLink href="/sign-in">Go to sign in</TextLink>
      </Stack>
    );
  }
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Start a trial</Title>
        <Text c="dimmed">
          An account of your own in under a minute, with keys of its own: {TRIAL_LICENSES} licenses within{" "}
          {TRIAL_DAYS} days, and as many as you like once you go to production.
        </Text>
      </div>
      <SignUpForm outbox={await outboxHint()} />
      <Text fz="sm">
        You have an account?{" "}
        <TextLink href="/sign-in" underline="always" fz="sm">
          Sign in
        </TextLink>
      </Text>
    </Stack>
  );
}

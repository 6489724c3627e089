import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { TextLink } from "../../_components/links.tsx";
import { outboxHint } from "../outbox-hint.ts";
import { AskForm } from "./ask-form.tsx";

export const metadata: Metadata = { title: "Without the password" };

/** Both ways in for who has no password at hand: a link that signs in, and one that replaces the password. */
export default async function ForgotPasswordPage() {
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Sign in by mail</Title>
        <Text c="dimmed">Get a link that signs you in once, or one to choose a new password.</Text>
      </div>
      <AskForm outbox={await outboxHint()} />
      <TextLink href="/sign-in">Back to sign in</TextLink>
    </Stack>
  );
}

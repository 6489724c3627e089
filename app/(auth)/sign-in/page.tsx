import { Alert, Group, Stack, Text, Title } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { TextLink } from "../../_components/links.tsx";
import type { SearchParams } from "../../_components/table-url.ts";
import { server } from "../../_server.ts";
import { currentActor, currentCustomer } from "../../_session.ts";
import { safePath } from "../safe-path.ts";
import { SignInForm } from "./sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

/** Why somebody was sent here. */
const REASONS: Record<string, string> = {
  access_ended: "Your access ended or your password changed since you signed in. Sign in again to go on.",
  tenant_suspended: "This account is suspended. Contact whoever runs this Signet server.",
  password_changed: "Your password is changed. Sign in with the new one.",
  signed_out: "You are signed out.",
};

export default async function SignInPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { reason, next } = await searchParams;
  const target = safePath(next);
  // Whoever belongs to a suspended account would be sent back here, and so round and round.
  const current = (await currentActor()) ?? (await currentCustomer());
  if (current !== undefined && !current.tenant.suspended) redirect(target);
  const why = typeof reason === "string" ? REASONS[reason] : undefined;
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Sign in</Title>
        <Text c="dimmed">Welcome back.</Text>
      </div>
      {why !== undefined && (
        <Alert icon={<IconInfoCircle size={18} />} color="petrol" role="status">
          {why}
        </Alert>
      )}
      <SignInForm target={target} />
      <Group justify="space-between">
        <TextLink href="/forgot-password">Forgot your password?</TextLink>
        {server().signUp.isOpen && <TextLink href="/sign-up">Start a trial</TextLink>}
      </Group>
    </Stack>
  );
}

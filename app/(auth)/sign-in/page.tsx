import { Alert, Group, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { TextLink } from "../../_components/links.tsx";
import type { SearchParams } from "../../_components/table-url.ts";
import { server } from "../../_server.ts";
import { currentActor, currentCustomer } from "../../_session.ts";
import { OidcButton, OrDivider } from "../oidc-button.tsx";
import { safePath } from "../safe-path.ts";
import { oidcError } from "./errors.ts";
import { SignInForm } from "./sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

/** Why somebody was sent here. */
const REASONS: Record<string, string> = {
  access_ended: "You were signed out, your access ended, or your password changed. Sign in again to go on.",
  tenant_suspended: "This account is suspended. Contact whoever runs this Signet server.",
  password_changed: "Your password is changed. Sign in with the new one.",
  signed_out: "You are signed out.",
};

export default async function SignInPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { reason, next, error } = await searchParams;
  const target = safePath(next);
  // Whoever belongs to a suspended account would be sent back here, and so round and round.
  const current = (await currentActor()) ?? (await currentCustomer());
  if (current !== undefined && !current.tenant.suspended) redirect(target);
  const provider = server().oidc?.name;
  const failure = provider && oidcError(error, provider);
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
      {failure !== undefined && (
        <Alert icon={<IconAlertTriangle size={18} />} color="red" role="alert">
          {failure}
        </Alert>
      )}
      <SignInForm target={target} />
      <Group justify="space-between">
        <TextLink href="/forgot-password">Forgot your password?</TextLink>
        {server().signUp.isOpen && <TextLink href="/sign-up">Start a trial</TextLink>}
      </Group>
      {provider !== undefined && (
        <>
          <OrDivider />
          <OidcButton name={provider} target={target} />
        </>
      )}
    </Stack>
  );
}

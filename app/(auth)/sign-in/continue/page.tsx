import { List, ListItem, Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { LinkButton } from "../../../_components/links.tsx";
import type { SearchParams } from "../../../_components/table-url.ts";
import { server } from "../../../_server.ts";
import { readPresented } from "../../../_session.ts";
import { safePath } from "../../safe-path.ts";
import { CodeStep } from "./code-step.tsx";

export const metadata: Metadata = { title: "Sign in" };

/** Where the identity provider sends people back to: on to where they wanted, to a code, or to how they get an account. */
export default async function ContinuePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const target = safePath((await searchParams).next);
  const { auth, identities, oidc } = server();
  const { session, proven } = await readPresented();
  if ((await auth.currentUser(session)) !== undefined) redirect(target);
  const missing = await identities.missing(proven);
  if (missing === "proof") redirect(`/sign-in?next=${encodeURIComponent(target)}`);
  // An invitation makes an account, so there it is no obstacle that there is none.
  if (missing === "account" && target.startsWith("/invite/")) redirect(target);
  const provider = oidc?.name ?? "your identity provider";
  if (missing === "code")
    return (
      <Stack gap="lg">
        <div>
          <Title order={1}>One more step</Title>
          <Text c="dimmed">
            {provider} knows you as {proven?.label}. Your account also asks for a code.
          </Text>
        </div>
        <CodeStep target={target} />
      </Stack>
    );
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Not connected yet</Title>
        <Text c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {provider} knows you as {proven?.label}, but that opens no Signet account. An address alone never
          does.
        </Text>
      </div>
      <List spacing="sm">
        <ListItem>
          You have an account with a password: sign in with it, then connect {provider} under Your account.
        </ListItem>
        <ListItem>
          You were invited: open the link in your invitation, and continue with {provider} there.
        </ListItem>
        <ListItem>Neither: ask an owner or admin of your team, or your vendor, for an invitation.</ListItem>
      </List>
      <LinkButton href={`/sign-in?next=${encodeURIComponent(target)}`} size="md">
        Sign in with a password
      </LinkButton>
    </Stack>
  );
}

import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import type { InvitationPreview } from "#server/auth/invitation-preview.ts";
import { SignetError } from "#server/domain/errors.ts";
import { wayTo } from "#server/domain/places.ts";
import { TextLink } from "../../../_components/links.tsx";
import { server } from "../../../_server.ts";
import { readPresented } from "../../../_session.ts";
import { OidcButton, OrDivider } from "../../../(auth)/oidc-button.tsx";
import { GuestFrame } from "../../guest-frame.tsx";
import { AcceptForm } from "./accept-form.tsx";
import { IdentityAcceptForm } from "./identity-accept-form.tsx";

export const metadata: Metadata = { title: "Invitation" };

export default async function InvitePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const found = await preview(token);
  if (typeof found === "string") {
    return (
      <GuestFrame vendor={undefined}>
        <Stack gap="lg">
          <div>
            <Title order={1}>This invitation cannot be used</Title>
            <Text c="dimmed">{found}</Text>
          </div>
          <TextLink href="/sign-in">Go to sign in</TextLink>
        </Stack>
      </GuestFrame>
    );
  }
  const { email, hasAccount, byIdentity, vendor } = found;
  const provider = server().oidc?.name;
  const landing = wayTo(found.place);
  const identity = hasAccount ? undefined : await identityFor(email, byIdentity);
  return (
    <GuestFrame vendor={vendor} toTeam={found.to === "team"}>
      <Stack gap="lg">
        <div>
          <Title order={1}>{headline(found)}</Title>
          <Text c="dimmed">
            {whoInvites(found)} {whatToDo(found, provider)}
          </Text>
        </div>
        {identity !== undefined && (
          <IdentityAcceptForm token={token} {...identity} isNew={!byIdentity} landing={landing} />
        )}
        {identity === undefined && !byIdentity && (
          <AcceptForm token={token} email={email} hasAccount={hasAccount} landing={landing} />
        )}
        {identity === undefined && !hasAccount && provider !== undefined && (
          <>
            {!byIdentity && <OrDivider />}
            <OidcButton name={provider} target={`/invite/${token}`} />
          </>
        )}
      </Stack>
    </GuestFrame>
  );
}

function headline(found: InvitationPreview): string {
  if (found.to === "team") return `Join ${found.vendor.name}`;
  return `See the licenses of ${found.customerName}`;
}

function whoInvites(found: InvitationPreview): string {
  if (found.to === "team") return `You are invited as ${found.role}.`;
  return found.invitedBy === null
    ? `They are from ${found.vendor.name}.`
    : `${found.invitedBy} invites you; the licenses are from ${found.vendor.name}.`;
}

function whatToDo({ hasAccount, byIdentity }: InvitationPreview, provider: string | undefined): string {
  if (hasAccount) return "You already have a Signet account: confirm with its password.";
  if (byIdentity)
    return `You already have a Signet account without a password: confirm with ${provider ?? "your identity provider"}.`;
  return provider === undefined
    ? "Choose a name and a password to begin."
    : `Choose a name and a password, or continue with ${provider}.`;
}

/** The identity that could accept as it is: nobody's yet for a new account, for an existing one its own, signed in by it. */
async function identityFor(
  email: string,
  byIdentity: boolean,
): Promise<{ label: string; name: string } | undefined> {
  const { auth, identities } = server();
  const { session, proven } = await readPresented();
  if (proven === undefined) return undefined;
  const { label, name } = proven;
  const user = await auth.currentUser(session);
  if (byIdentity)
    return user?.email === email && session?.identityId !== undefined ? { label, name } : undefined;
  return (await identities.missing(proven)) === "account" ? { label, name } : undefined;
}

/** The invitation, or the sentence that says why there is none. */
async function preview(token: string): Promise<InvitationPreview | string> {
  try {
    return await server().invitations.preview(token);
  } catch (error) {
    if (error instanceof SignetError && error.code === "not_found") return error.message;
    throw error;
  }
}

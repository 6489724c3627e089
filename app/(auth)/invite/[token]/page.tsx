import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import type { InvitationPreview } from "#server/auth/invitations.ts";
import { SignetError } from "#server/domain/errors.ts";
import { TextLink } from "../../../_components/links.tsx";
import { server } from "../../../_server.ts";
import { AcceptForm } from "./accept-form.tsx";

export const metadata: Metadata = { title: "Invitation" };

export default async function InvitePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const found = await preview(token);
  if (typeof found === "string") {
    return (
      <Stack gap="lg">
        <div>
          <Title order={1}>This invitation cannot be used</Title>
          <Text c="dimmed">{found}</Text>
        </div>
        <TextLink href="/sign-in">Go to sign in</TextLink>
      </Stack>
    );
  }
  const { email, hasAccount } = found;
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>{headline(found)}</Title>
        <Text c="dimmed">
          {found.to === "team"
            ? `You are invited as ${found.role}.`
            : `${found.tenantName} issues them, and sent you this link.`}{" "}
          {hasAccount
            ? "You already have a Signet account: confirm with its password."
            : "Choose a name and a password to begin."}
        </Text>
      </div>
      <AcceptForm
        token={token}
        email={email}
        hasAccount={hasAccount}
        landing={found.to === "team" ? "/admin" : "/portal"}
      />
    </Stack>
  );
}

function headline(found: InvitationPreview): string {
  if (found.to === "team") return `Join ${found.tenantName}`;
  return `${found.customerName} invites you to see its licenses`;
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

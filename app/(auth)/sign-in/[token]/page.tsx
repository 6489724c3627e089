import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { server } from "../../../_server.ts";
import { openLink, UnusableLink } from "../../unusable-link.tsx";
import { LinkForm } from "./link-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

/** Looking at it uses nothing up: programs follow links in mails before people do. */
export default async function MailedLinkPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const found = await openLink(() => server().accessByMail.look("sign_in", token));
  if (typeof found === "string")
    return <UnusableLink why={found} again={{ href: "/forgot-password", label: "Ask for a new link" }} />;
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Sign in</Title>
        <Text c="dimmed">As {found.email}.</Text>
      </div>
      <LinkForm token={token} />
    </Stack>
  );
}

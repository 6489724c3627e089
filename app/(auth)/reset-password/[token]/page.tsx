import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { server } from "../../../_server.ts";
import { openLink, UnusableLink } from "../../unusable-link.tsx";
import { ResetForm } from "./reset-form.tsx";

export const metadata: Metadata = { title: "Choose a new password" };

export default async function ResetPasswordPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const found = await openLink(() => server().accessByMail.look("password_reset", token));
  if (typeof found === "string")
    return <UnusableLink why={found} again={{ href: "/forgot-password", label: "Ask for a new link" }} />;
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Choose a new password</Title>
        <Text c="dimmed">
          It signs out every device that is signed in now, and disconnects identity providers.
        </Text>
      </div>
      <ResetForm token={token} email={found.email} />
    </Stack>
  );
}

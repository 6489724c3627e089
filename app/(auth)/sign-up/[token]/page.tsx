import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { server } from "../../../_server.ts";
import { openLink, UnusableLink } from "../../unusable-link.tsx";
import { CompleteForm } from "./complete-form.tsx";

export const metadata: Metadata = { title: "Choose a password" };

export default async function CompleteSignUpPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const found = await openLink(() => server().signUp.look(token));
  if (typeof found === "string")
    return <UnusableLink why={found} again={{ href: "/sign-up", label: "Sign up again" }} />;
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Choose a password</Title>
        <Text c="dimmed">Your address is confirmed. Then the trial of {found.company} begins.</Text>
      </div>
      <CompleteForm token={token} email={found.email} />
    </Stack>
  );
}

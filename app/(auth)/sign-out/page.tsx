import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { SignOutButton } from "./sign-out-button.tsx";

export const metadata: Metadata = { title: "Sign out" };

export default function SignOutPage() {
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Sign out?</Title>
        <Text c="dimmed">You will have to sign in again to come back on this device.</Text>
      </div>
      <SignOutButton />
    </Stack>
  );
}

import { Stack, Text, Title } from "@mantine/core";
import { SignetError } from "#server/domain/errors.ts";
import { TextLink } from "../_components/links.tsx";

/** What a link leads to, or the sentence that says why it cannot be used. */
export async function openLink<Found>(look: () => Promise<Found>): Promise<Found | string> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof SignetError && error.code === "not_found") return error.message;
    throw error;
  }
}

export function UnusableLink({ why, again }: { why: string; again?: { href: string; label: string } }) {
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>This link cannot be used</Title>
        <Text c="dimmed">{why}</Text>
      </div>
      {again !== undefined && <TextLink href={again.href}>{again.label}</TextLink>}
      <TextLink href="/sign-in">Go to sign in</TextLink>
    </Stack>
  );
}

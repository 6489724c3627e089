import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import type { MailKind } from "#server/domain/mail-kinds.ts";
import { server } from "../../../_server.ts";
import { openLink, UnusableLink } from "../../unusable-link.tsx";
import { UnsubscribeForm } from "./unsubscribe-form.tsx";

export const metadata: Metadata = { title: "No more mails" };

const KIND_WORDS: Readonly<Record<MailKind, string>> = {
  license_expiring: "licenses that end soon",
  seats_short: "seats running short",
  credits_short: "credits running short",
  staff_digest: "your customers’ licenses once a day",
};

/** Where somebody turns them on again: a customer's person, or one of the vendor's staff. */
const PREFERENCES: Readonly<Record<MailKind, string>> = {
  license_expiring: "/portal/preferences",
  seats_short: "/portal/preferences",
  credits_short: "/portal/preferences",
  staff_digest: "/admin/account",
};

/** Looking at it turns nothing off: programs follow links in mails before people do. */
export default async function UnsubscribePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const found = await openLink(() => server().unsubscribing.look(token));
  if (typeof found === "string")
    return <UnusableLink why={found} again={{ href: "/portal/preferences", label: "Choose your mails" }} />;
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>No more of these mails?</Title>
        <Text c="dimmed">
          {found.vendor} mails you about {KIND_WORDS[found.kind]}. Other mails are not touched.
        </Text>
      </div>
      <UnsubscribeForm token={token} preferences={PREFERENCES[found.kind]} />
    </Stack>
  );
}

import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { server } from "../../../../_server.ts";
import { openLink, UnusableLink } from "../../../unusable-link.tsx";
import { ConfirmJoin } from "./confirm-join.tsx";

export const metadata: Metadata = { title: "Confirm your address" };

export default async function ConfirmJoinPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const found = await openLink(() => server().keySignUp.look(token));
  if (typeof found === "string")
    return <UnusableLink why={found} again={{ href: "/sign-in", label: "Go to sign in" }} />;
  const { email, vendorName, customerName, product } = found;
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Is this you?</Title>
        <Text c="dimmed">
          {customerName === null
            ? `${email} wants to be let in at ${vendorName}, by a license key of ${product}.`
            : `${email} wants to see the licenses of ${customerName} from ${vendorName}, by a license key of ${product}.`}
        </Text>
      </div>
      <ConfirmJoin token={token} customerName={customerName} vendorName={vendorName} />
    </Stack>
  );
}

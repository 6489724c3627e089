import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { server } from "../../../../_server.ts";
import { openLink, UnusableLink } from "../../../../(auth)/unusable-link.tsx";
import { GuestFrame } from "../../../guest-frame.tsx";
import { ConfirmJoin } from "./confirm-join.tsx";

export const metadata: Metadata = { title: "Confirm your address" };

export default async function ConfirmJoinPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const found = await openLink(() => server().keySignUp.look(token));
  if (typeof found === "string")
    return (
      <GuestFrame vendor={undefined}>
        <UnusableLink why={found} />
      </GuestFrame>
    );
  const { email, vendor, customerName, product } = found;
  return (
    <GuestFrame vendor={vendor}>
      <Stack gap="lg">
        <div>
          <Title order={1}>Is this you?</Title>
          <Text c="dimmed">
            {customerName === null
              ? `${email} wants to be let in at ${vendor.name}, by a license key of ${product}.`
              : `${email} wants to see the licenses of ${customerName} from ${vendor.name}, by a license key of ${product}.`}
          </Text>
        </div>
        <ConfirmJoin token={token} customerName={customerName} vendorName={vendor.name} />
      </Stack>
    </GuestFrame>
  );
}

import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { TextLink } from "../../../_components/links.tsx";
import { currentCustomer } from "../../../_session.ts";
import { outboxHint } from "../../outbox-hint.ts";
import { JoinForm } from "./join-form.tsx";

export const metadata: Metadata = { title: "See your license" };

/** The same for a vendor that is none: whether there is one, this page does not say. */
export default async function JoinPage({ params }: { params: Promise<{ vendor: string }> }) {
  const { vendor } = await params;
  // Whoever is signed in as another vendor's customer is here for a license that they do not see there.
  if ((await currentCustomer())?.tenant.slug === vendor) redirect("/portal");
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>See your license</Title>
        <Text c="dimmed">
          With your license key and an address of yours you see whether the license works, until when, and
          where it is in use.
        </Text>
      </div>
      <JoinForm vendor={vendor} outbox={await outboxHint()} />
      <Text fz="sm">
        You have an account?{" "}
        <TextLink href="/sign-in?next=/portal" underline="always">
          Sign in
        </TextLink>
      </Text>
    </Stack>
  );
}

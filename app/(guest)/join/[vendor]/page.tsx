import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { TextLink } from "../../../_components/links.tsx";
import { server } from "../../../_server.ts";
import { currentCustomer } from "../../../_session.ts";
import { outboxHint } from "../../../(auth)/outbox-hint.ts";
import { GuestFrame } from "../../guest-frame.tsx";
import { JoinForm } from "./join-form.tsx";

interface Props {
  params: Promise<{ vendor: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const vendor = await server().keySignUp.vendor((await params).vendor);
  return { title: vendor === undefined ? "See your license" : `Your license from ${vendor.name}` };
}

/** For an address that is no vendor's it looks as Signet does; what it answers to a key is the same. */
export default async function JoinPage({ params }: Props) {
  const { vendor: slug } = await params;
  const vendor = await server().keySignUp.vendor(slug);
  const here = await currentCustomer();
  return (
    <GuestFrame vendor={vendor}>
      <Stack gap="lg">
        <div>
          <Title order={1}>See your license</Title>
          <Text c="dimmed">
            With your license key and an address of yours you see whether the license works, until when, and
            where it is in use.
          </Text>
        </div>
        <JoinForm vendor={slug} outbox={await outboxHint()} />
        {here === undefined ? (
          <Text fz="sm">
            You have an account?{" "}
            <TextLink href="/sign-in?next=/portal" underline="always">
              Sign in
            </TextLink>
          </Text>
        ) : (
          <Text fz="sm">
            You are signed in and see the licenses of {here.customerName}.{" "}
            <TextLink href="/portal" underline="always">
              Go there
            </TextLink>
          </Text>
        )}
      </Stack>
    </GuestFrame>
  );
}

import { Container, Group, Stack, Text, Title } from "@mantine/core";
import { IconLock, IconMail } from "@tabler/icons-react";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { EmptyState } from "../_components/empty-state.tsx";
import { Wordmark } from "../_components/mark.tsx";
import type { SearchParams } from "../_components/table-url.ts";
import { server } from "../_server.ts";
import { mayOpenOutbox } from "./access.ts";
import { OutboxScreen } from "./outbox-screen.tsx";

export const metadata: Metadata = { title: "Local outbox" };

/** What would have been mailed. It holds links that open accounts, so it opens to the operator's key and to no role. */
export default async function OutboxPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { localOutbox } = server();
  if (!localOutbox.isOn) notFound();
  return (
    <Container component="main" size="lg" py="xl">
      <Stack gap="lg">
        <Group justify="space-between">
          <Wordmark size={28} />
        </Group>
        <div>
          <Title order={1}>Local outbox</Title>
          <Text c="dimmed">
            This server has no mail server, so it sends nothing: here is what it would have sent. Set SMTP_URL
            and MAIL_FROM to send it.
          </Text>
        </div>
        {(await mayOpenOutbox()) ? <Mails searchParams={searchParams} /> : <Closed />}
      </Stack>
    </Container>
  );
}

async function Mails({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { mail } = await searchParams;
  const mails = await server().localOutbox.list();
  if (mails.length === 0) {
    return (
      <EmptyState icon={IconMail} title="No mail is waiting">
        A mail appears here when somebody signs up, forgets a password, or is invited, and stays for as long
        as its link works.
      </EmptyState>
    );
  }
  return <OutboxScreen mails={mails} chosen={typeof mail === "string" ? mail : undefined} />;
}

function Closed() {
  return (
    <EmptyState icon={IconLock} title="Open it with the address that npm start printed">
      These mails hold links that open accounts, so they are shown to whoever runs this server, and to nobody
      else whatever their role. Open the address once in this browser.
    </EmptyState>
  );
}

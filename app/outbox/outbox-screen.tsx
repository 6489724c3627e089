"use client";

import { Grid, Group, NavLink, Paper, Stack, Text, Title } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { MailView } from "../_components/mail-view.tsx";
import { RelativeTime } from "../_components/relative-time.tsx";

interface Mail {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly createdAt: Date;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** So that a mail is there about as soon as somebody has switched over to look for it. */
const REFRESH_MS = 4_000;

export function OutboxScreen({ mails, chosen }: { mails: readonly Mail[]; chosen: string | undefined }) {
  const router = useRouter();
  useInterval(() => router.refresh(), REFRESH_MS, { autoInvoke: true });
  const shown = mails.find(({ id }) => id === chosen) ?? mails[0];
  return (
    <Grid gap="lg">
      {/* Few at a time where they stand above the mail, so that choosing one shows it. */}
      <Grid.Col span={{ base: 12, md: 5 }} mah={{ base: 232, md: "none" }} style={{ overflowY: "auto" }}>
        <Stack component="nav" gap={2} aria-label="Mails">
          {mails.map(({ id, to, subject, createdAt }) => (
            <NavLink
              key={id}
              component={Link}
              href={`/outbox?mail=${id}`}
              active={id === shown?.id}
              aria-current={id === shown?.id ? "true" : undefined}
              label={subject}
              bdrs="md"
              description={to}
              rightSection={
                <Text fz="xs" c={id === shown?.id ? "inherit" : "dimmed"}>
                  <RelativeTime at={createdAt} />
                </Text>
              }
            />
          ))}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        {shown !== undefined && (
          <Paper withBorder p="md" component="article">
            <Stack gap="sm">
              <Title order={2} fz="h4">
                {shown.subject}
              </Title>
              <Group gap="xs">
                <Text fz="sm" c="dimmed">
                  From {shown.from} to {shown.to}
                </Text>
              </Group>
              <MailView key={shown.id} {...shown} />
            </Stack>
          </Paper>
        )}
      </Grid.Col>
    </Grid>
  );
}

"use client";

import {
  Alert,
  Grid,
  Group,
  NavLink,
  Paper,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { TextLink } from "../../../_components/links.tsx";
import { MailView } from "../../../_components/mail-view.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";

interface Preview {
  readonly name: string;
  readonly when: string;
  readonly from: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export function MailsScreen({
  previews,
  chosen,
  isSent,
}: {
  previews: readonly Preview[];
  chosen: string | undefined;
  /** Whether this installation has a mail server. */
  isSent: boolean;
}) {
  const router = useRouter();
  const [colours, setColours] = useState("Light");
  const shown = previews.find(({ name }) => name === chosen);
  return (
    <Stack gap="lg">
      <PageHeader title="Mails" description="What Signet mails in your name, with an example in each." />
      {!isSent && (
        <Alert icon={<IconInfoCircle size={18} />} color="petrol">
          This server has no mail server, so none of them is sent. Whoever runs it sets SMTP_URL and
          MAIL_FROM.
        </Alert>
      )}
      <Text fz="sm">
        Name, colour and support address are those of your{" "}
        <TextLink href="/admin/settings" underline="always" fz="sm">
          settings
        </TextLink>
        .
      </Text>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 4 }}>
          {/* A list of them all would push the mail itself off a phone's screen. */}
          <Select
            hiddenFrom="md"
            label="Mail"
            allowDeselect={false}
            data={previews.map(({ name, subject }) => ({ value: name, label: subject }))}
            value={shown?.name ?? null}
            onChange={(name) => name !== null && router.push(`/admin/mails?mail=${name}`)}
            description={shown?.when}
          />
          <Stack component="nav" gap={2} aria-label="Mails" visibleFrom="md">
            {previews.map(({ name, subject, when }) => (
              <NavLink
                key={name}
                component={Link}
                href={`/admin/mails?mail=${name}`}
                active={name === chosen}
                aria-current={name === chosen ? "true" : undefined}
                label={subject}
                description={when}
              />
            ))}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          {shown !== undefined && (
            <Paper withBorder p="md" component="article">
              <Stack gap="sm">
                <Group justify="space-between">
                  <div>
                    <Title order={2} fz="h4">
                      {shown.subject}
                    </Title>
                    <Text fz="sm" c="dimmed">
                      From {shown.from}
                    </Text>
                  </div>
                  <SegmentedControl
                    size="xs"
                    aria-label="Colours of the reader's program"
                    data={["Light", "Dark"]}
                    value={colours}
                    onChange={setColours}
                  />
                </Group>
                <MailView key={shown.name} {...shown} colours={colours === "Dark" ? "dark" : "light"} />
              </Stack>
            </Paper>
          )}
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

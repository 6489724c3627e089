"use client";

import { Card, Group, Stack, Text, Title } from "@mantine/core";
import type { inferRouterOutputs } from "@trpc/server";
import type { AccountEventKind } from "#server/auth/account-log.ts";
import type { AppRouter } from "#server/trpc/router.ts";
import { RelativeTime } from "../_components/relative-time.tsx";

type Event = inferRouterOutputs<AppRouter>["account"]["security"]["events"][number];

const WORDS: Readonly<Record<AccountEventKind, string>> = {
  password_changed: "Password changed, and everybody signed out",
  password_reset: "Password replaced by a mailed link, and everybody signed out",
  identity_connected: "Identity connected",
  identity_disconnected: "Identity disconnected",
  two_factor_on: "Two-factor sign-in turned on",
  two_factor_off: "Two-factor sign-in turned off",
  two_factor_removed: "Authenticator removed, since it was set up before the address was proved",
  recovery_codes_renewed: "New recovery codes made",
};

/** What happened to the person's ways in, so that they notice what they did not do. */
export function AccountLogCard({ events }: { events: readonly Event[] }) {
  if (events.length === 0) return null;
  return (
    <Card component="section" aria-labelledby="account-log-title">
      <Title order={2} fz="h3" id="account-log-title">
        What happened to your sign-in
      </Title>
      <Text fz="sm" c="dimmed">
        If one of these was not you, choose a new password, and look at where you are signed in.
      </Text>
      <Stack component="ul" gap="xs" mt="md" mb={0} p={0} style={{ listStyle: "none" }}>
        {events.map(({ id, kind, about, at }) => (
          <Group key={id} component="li" justify="space-between" gap="sm">
            <Text fz="sm" style={{ minWidth: 0, overflowWrap: "anywhere" }}>
              {WORDS[kind]}
              {about !== "" && `: ${about}`}
            </Text>
            <Text fz="xs" c="dimmed" component="div">
              <RelativeTime at={at} />
            </Text>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

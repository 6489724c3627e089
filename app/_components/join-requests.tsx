"use client";

import { Alert, Box, Button, Group, Text, Title } from "@mantine/core";
import { IconUserQuestion } from "@tabler/icons-react";
import type { CustomerRole } from "#server/domain/actor.ts";
import { confirmAction } from "./confirm.tsx";
import { RelativeTime } from "./relative-time.tsx";
import { toastDone } from "./toasts.tsx";

/** Who proved a license key and asks to be let in; takes no room while nobody does. */
export function JoinRequests({
  requests,
  admit,
  decline,
}: {
  requests: readonly { readonly id: string; readonly email: string; readonly createdAt: Date }[];
  admit: (id: string, role: CustomerRole) => Promise<unknown>;
  decline: (id: string) => Promise<unknown>;
}) {
  if (requests.length === 0) return null;

  function confirmAdmission(id: string, email: string, role: CustomerRole) {
    confirmAction({
      title: `Let ${email} in as ${role}?`,
      effects: [
        "Sends them an invitation, which works once, for 7 days.",
        role === "manager"
          ? "A manager sees keys, frees devices and seats, and invites and removes people."
          : "A member sees licenses, devices and seats, and names devices.",
      ],
      undo: "You can withdraw the invitation, and remove the person later.",
      confirm: "Let in",
      run: async () => {
        await admit(id, role);
        toastDone(`An invitation is on its way to ${email}.`);
      },
    });
  }

  function confirmDecline(id: string, email: string) {
    confirmAction({
      title: `Leave ${email} out?`,
      effects: ["Tells them by mail that they are not let in, without saying by whom."],
      undo: "You can still invite them.",
      confirm: "Leave out",
      danger: true,
      run: async () => {
        await decline(id);
        toastDone(`${email} was not let in.`);
      },
    });
  }

  return (
    <Alert
      color="copper"
      component="section"
      aria-label="Asking to be let in"
      icon={<IconUserQuestion size={18} />}
    >
      <Title order={2} fz="md" mb={4}>
        Asking to be let in
      </Title>
      <Text fz="sm" mb="xs">
        They proved their address and a license key. Keys are passed on: let in only people you know.
      </Text>
      {requests.map(({ id, email, createdAt }) => (
        <Group key={id} gap="sm" py={6}>
          <Box flex="1 1 12rem" miw={0}>
            <Text fz="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
              {email}
            </Text>
            <Text fz="xs" component="div">
              <RelativeTime at={createdAt} />
            </Text>
          </Box>
          <Button size="xs" onClick={() => confirmAdmission(id, email, "member")}>
            Let in as member
          </Button>
          <Button size="xs" variant="default" onClick={() => confirmAdmission(id, email, "manager")}>
            As manager
          </Button>
          <Button size="xs" variant="default" onClick={() => confirmDecline(id, email)}>
            Leave out
          </Button>
        </Group>
      ))}
    </Alert>
  );
}

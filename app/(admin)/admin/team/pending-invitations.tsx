"use client";

import { Box, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../_components/confirm.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../_components/status-badge.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { roleLabel } from "./roles.ts";

/** Who has been asked but has not come yet. Takes no room while there is nobody. */
export function PendingInvitations({ mayWrite }: { mayWrite: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const pending = useQuery(trpc.team.invitations.queryOptions());
  const revoke = useMutation(
    trpc.team.revokeInvitation.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.team.invitations.queryFilter()),
    }),
  );
  if (pending.data === undefined || pending.data.length === 0) return null;

  function confirmRevoke({ id, email }: { id: string; email: string }) {
    confirmAction({
      title: "Withdraw this invitation?",
      effects: [`The link sent to ${email} stops working.`],
      confirm: "Withdraw",
      danger: true,
      run: async () => {
        await revoke.mutateAsync({ id });
        toastDone(`The invitation of ${email} was withdrawn.`);
      },
    });
  }

  return (
    <Card>
      <Title order={2} fz="h3" mb="sm">
        Invited
      </Title>
      <Stack gap="sm">
        {pending.data.map(({ id, email, role, expiresAt }) => (
          <Group key={id} justify="space-between" gap="sm">
            <Box>
              <Text fz="sm" fw={600}>
                {email}
              </Text>
              <Text fz="xs" c="dimmed" component="div">
                {roleLabel(role)} · the link expires <RelativeTime at={expiresAt} />
              </Text>
            </Box>
            <Group gap="sm">
              <StatusBadge status="pending" />
              {mayWrite && (
                <Button size="xs" variant="default" onClick={() => confirmRevoke({ id, email })}>
                  Withdraw
                </Button>
              )}
            </Group>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

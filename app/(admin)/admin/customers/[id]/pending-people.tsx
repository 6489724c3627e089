"use client";

import { ActionIcon, Box, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconMailX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

/** Who of the customer has been asked but has not come yet. Takes no room while there is nobody. */
export function PendingPeople({ customerId, mayWrite }: { customerId: string; mayWrite: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const pending = useQuery(trpc.customer.invitations.queryOptions({ customerId }));
  const revoke = useMutation(
    trpc.customer.revokeInvitation.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.customer.invitations.queryFilter()),
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
        await revoke.mutateAsync({ customerId, id });
        toastDone(`The invitation of ${email} was withdrawn.`);
      },
    });
  }

  return (
    <Box component="section" aria-label="Invited" mt="md">
      <Title order={3} fz="sm" c="dimmed" mb={6}>
        Invited
      </Title>
      <Stack gap="sm">
        {pending.data.map(({ id, email, role, expiresAt }) => (
          <Group key={id} gap="sm" wrap="nowrap">
            <Box miw={0} flex={1}>
              <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
                {email}
              </Text>
              <Text fz="xs" c="dimmed" component="div">
                {role} · the link expires <RelativeTime at={expiresAt} />
              </Text>
            </Box>
            {mayWrite && (
              <Tooltip label={`Withdraw the invitation of ${email}`}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Withdraw the invitation of ${email}`}
                  onClick={() => confirmRevoke({ id, email })}
                >
                  <IconMailX size={17} />
                </ActionIcon>
              </Tooltip>
            )}
          </Group>
        ))}
      </Stack>
    </Box>
  );
}

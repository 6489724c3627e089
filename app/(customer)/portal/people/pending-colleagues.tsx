"use client";

import { ActionIcon, Box, Card, Text, Title, Tooltip } from "@mantine/core";
import { IconMailX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../_components/confirm.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import classes from "./people.module.css";
import { ROLE_WORDS } from "./roles.ts";

/** Who was asked in and has not come yet; takes no room while there is nobody. */
export function PendingColleagues({ mayWrite }: { mayWrite: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const pending = useQuery(trpc.portal.people.invitations.queryOptions());
  const revoke = useMutation(
    trpc.portal.people.revokeInvitation.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.portal.people.invitations.queryFilter()),
    }),
  );
  if (pending.data === undefined || pending.data.length === 0) return null;

  function confirmRevoke(id: string, email: string) {
    confirmAction({
      title: "Withdraw this invitation?",
      effects: [`The link that ${email} got stops working.`],
      confirm: "Withdraw",
      danger: true,
      run: async () => {
        await revoke.mutateAsync({ id });
        toastDone(`The invitation of ${email} was withdrawn.`);
      },
    });
  }

  return (
    <Card component="section" aria-labelledby="invited" padding="sm">
      <Title order={2} fz="h3" id="invited" px={4}>
        Invited
      </Title>
      <ul className={classes.list}>
        {pending.data.map(({ id, email, role, expiresAt }) => (
          <li key={id} className={classes.row}>
            <Box className={classes.who}>
              <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
                {email}
              </Text>
              <Text fz="xs" c="dimmed" component="div">
                {ROLE_WORDS[role].label} · the link expires <RelativeTime at={expiresAt} />
              </Text>
            </Box>
            {mayWrite && (
              <Tooltip label={`Withdraw the invitation of ${email}`}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Withdraw the invitation of ${email}`}
                  onClick={() => confirmRevoke(id, email)}
                >
                  <IconMailX size={17} />
                </ActionIcon>
              </Tooltip>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

"use client";

import { ActionIcon, Box, Button, Card, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserMinus, IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { PersonAvatar } from "../../../../_components/person-avatar.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { Customer } from "./customer.ts";
import { CustomerJoinRequests } from "./customer-join-requests.tsx";
import { InvitePersonModal } from "./invite-person-modal.tsx";
import { PendingPeople } from "./pending-people.tsx";

/** Who of the customer may look at its licenses. */
export function PeopleCard({ customer, mayWrite }: { customer: Customer; mayWrite: boolean }) {
  const [inviting, { open, close }] = useDisclosure(false);
  const { id, name, members, archivedAt } = customer;
  return (
    <Card component="section" aria-label="People">
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="h3">
          People
        </Title>
        {mayWrite && archivedAt === null && (
          <Button size="xs" variant="default" leftSection={<IconUserPlus size={15} />} onClick={open}>
            Invite person
          </Button>
        )}
      </Group>
      {members.length === 0 ? (
        <Text fz="sm" c="dimmed">
          Nobody yet. People who accept your invitation see {name}'s licenses and devices in the customer
          portal.
        </Text>
      ) : (
        <Stack gap="sm">
          {members.map((person) => (
            <Person key={person.userId} customerId={id} person={person} mayWrite={mayWrite} />
          ))}
        </Stack>
      )}
      {mayWrite && <CustomerJoinRequests customerId={id} />}
      <PendingPeople customerId={id} mayWrite={mayWrite} />
      {mayWrite && <InvitePersonModal opened={inviting} close={close} customerId={id} />}
    </Card>
  );
}

function Person({
  customerId,
  person: { userId, name, email, role },
  mayWrite,
}: {
  customerId: string;
  person: Customer["members"][number];
  mayWrite: boolean;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const remove = useMutation(
    trpc.customer.removeMember.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.customer.pathFilter()),
    }),
  );

  function confirmRemoval() {
    confirmAction({
      title: `Remove ${name}?`,
      effects: [
        "Ends their access to this customer's licenses at the next click.",
        "Devices stay activated.",
      ],
      undo: "Can be undone only by a new invitation.",
      confirm: "Remove person",
      danger: true,
      run: async () => {
        await remove.mutateAsync({ customerId, userId });
        toastDone(`${name} was removed.`);
      },
    });
  }

  return (
    <Group gap="sm" wrap="nowrap">
      <PersonAvatar name={name} size={34} />
      <Box miw={0} flex={1}>
        <Text fz="sm" fw={600}>
          {name}{" "}
          <Text span fz="xs" c="dimmed">
            {role}
          </Text>
        </Text>
        <Text fz="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {email}
        </Text>
      </Box>
      {mayWrite && (
        <Tooltip label={`Remove ${name}`}>
          <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name}`} onClick={confirmRemoval}>
            <IconUserMinus size={17} />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

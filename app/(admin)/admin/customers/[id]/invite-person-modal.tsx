"use client";

import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { CustomerRole } from "#server/domain/actor.ts";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { ShownOnce } from "../../../../_components/key-reveal.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

const ROLES: Record<CustomerRole, string> = {
  manager: "Looks after licenses and devices for everybody.",
  member: "Sees licenses and devices.",
};

export function InvitePersonModal({
  opened,
  close,
  customerId,
}: {
  opened: boolean;
  close: () => void;
  customerId: string;
}) {
  return (
    <Modal opened={opened} onClose={close} title="Invite a person">
      <InvitePersonForm close={close} customerId={customerId} />
    </Modal>
  );
}

function InvitePersonForm({ close, customerId }: { close: () => void; customerId: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [link, setLink] = useState<string>();
  const form = useForm<{ email: string; role: CustomerRole }>({
    initialValues: { email: "", role: "member" },
  });
  const refusal = useRefusal(form);
  const invite = useMutation(
    trpc.customer.invite.mutationOptions({
      onError: refusal.show,
      onSuccess: ({ token }) => {
        setLink(`${window.location.origin}/invite/${token}`);
        return queries.invalidateQueries(trpc.customer.invitations.queryFilter());
      },
    }),
  );

  if (link !== undefined) {
    const because = `Send this link to ${form.values.email}. It works once, for 7 days, and cannot be shown again.`;
    return (
      <Stack gap="md">
        <ShownOnce label="Invitation link" value={link} because={because} />
        <Group justify="flex-end">
          <Button onClick={close}>Done</Button>
        </Group>
      </Stack>
    );
  }

  function submit(values: { email: string; role: CustomerRole }) {
    refusal.clear();
    invite.mutate({ customerId, ...values });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <TextInput
          label="E-mail address"
          type="email"
          placeholder="ada@northwind.example"
          data-autofocus
          {...form.getInputProps("email")}
        />
        <Select
          label="Role"
          description={ROLES[form.values.role]}
          data={[
            { value: "manager", label: "Manager" },
            { value: "member", label: "Member" },
          ]}
          allowDeselect={false}
          {...form.getInputProps("role")}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close} disabled={invite.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={invite.isPending}>
            Make invitation link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

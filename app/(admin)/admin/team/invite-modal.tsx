"use client";

import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Role } from "#server/domain/actor.ts";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { ShownOnce } from "../../../_components/key-reveal.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { grantableRoles, ROLE_SENTENCES } from "./roles.ts";

export function InviteModal({
  opened,
  close,
  actorRole,
}: {
  opened: boolean;
  close: () => void;
  actorRole: Role;
}) {
  return (
    <Modal opened={opened} onClose={close} title="Invite a colleague">
      <InviteForm close={close} actorRole={actorRole} />
    </Modal>
  );
}

function InviteForm({ close, actorRole }: { close: () => void; actorRole: Role }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [link, setLink] = useState<string>();
  const form = useForm<{ email: string; role: Role }>({ initialValues: { email: "", role: "developer" } });
  const refusal = useRefusal(form);
  const invite = useMutation(
    trpc.team.invite.mutationOptions({
      onError: refusal.show,
      onSuccess: ({ token }) => {
        setLink(`${window.location.origin}/invite/${token}`);
        return queries.invalidateQueries(trpc.team.invitations.queryFilter());
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

  function submit(values: { email: string; role: Role }) {
    refusal.clear();
    invite.mutate(values);
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <TextInput
          label="E-mail address"
          type="email"
          placeholder="colleague@example.com"
          data-autofocus
          {...form.getInputProps("email")}
        />
        <Select
          label="Role"
          description={ROLE_SENTENCES[form.values.role]}
          data={grantableRoles(actorRole)}
          allowDeselect={false}
          {...form.getInputProps("role")}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
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

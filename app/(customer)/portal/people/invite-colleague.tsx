"use client";

import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { CustomerRole } from "#server/domain/actor.ts";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { ShownOnce } from "../../../_components/key-reveal.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ROLE_OPTIONS, ROLE_WORDS } from "./roles.ts";

/** Asks a colleague in, as manager or member. */
export function InviteColleague({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Invite a colleague">
      <InviteForm close={close} />
    </Modal>
  );
}

function InviteForm({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [link, setLink] = useState<string>();
  const form = useForm<{ email: string; role: CustomerRole }>({
    initialValues: { email: "", role: "member" },
  });
  const refusal = useRefusal(form);
  const invite = useMutation(
    trpc.portal.people.invite.mutationOptions({
      onError: refusal.show,
      onSuccess({ token }) {
        setLink(`${window.location.origin}/invite/${token}`);
        return queries.invalidateQueries(trpc.portal.people.pathFilter());
      },
    }),
  );
  if (link !== undefined) {
    return (
      <Stack gap="md">
        <ShownOnce
          label="Invitation link"
          value={link}
          because={`A mail with this link is on its way to ${form.values.email}. If mails do not get there, send it yourself: it works once, for 7 days, and is shown only now.`}
        />
        <Group justify="flex-end">
          <Button onClick={close}>Done</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        refusal.clear();
        invite.mutate(values);
      })}
      noValidate
    >
      <Stack gap="md">
        <TextInput label="E-mail address" type="email" data-autofocus {...form.getInputProps("email")} />
        <Select
          label="Role"
          description={ROLE_WORDS[form.values.role].means}
          data={ROLE_OPTIONS}
          allowDeselect={false}
          {...form.getInputProps("role")}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={invite.isPending}>
            Invite
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

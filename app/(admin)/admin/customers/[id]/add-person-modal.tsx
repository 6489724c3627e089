"use client";

import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

interface Values extends Record<string, unknown> {
  name: string;
  email: string;
  role: "manager" | "member";
}

const ROLES: Record<Values["role"], string> = {
  manager: "Looks after licenses and devices for everybody.",
  member: "Sees licenses and devices.",
};

export function AddPersonModal({
  opened,
  close,
  customerId,
}: {
  opened: boolean;
  close: () => void;
  customerId: string;
}) {
  return (
    <Modal opened={opened} onClose={close} title="Add a person">
      <AddPersonForm close={close} customerId={customerId} />
    </Modal>
  );
}

function AddPersonForm({ close, customerId }: { close: () => void; customerId: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm<Values>({ initialValues: { name: "", email: "", role: "member" } });
  const refusal = useRefusal(form);
  const add = useMutation(
    trpc.customer.addMember.mutationOptions({
      onError: refusal.show,
      async onSuccess(_, { name }) {
        await queries.invalidateQueries(trpc.customer.pathFilter());
        toastDone(`${name.trim()} was added.`);
        close();
      },
    }),
  );

  function submit(values: Values) {
    refusal.clear();
    add.mutate({ customerId, name: values.name, email: values.email, role: values.role });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <TextInput label="Name" placeholder="Ada Lovelace" data-autofocus {...form.getInputProps("name")} />
        <TextInput
          label="E-mail address"
          type="email"
          placeholder="ada@northwind.example"
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
          <Button variant="default" onClick={close} disabled={add.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending}>
            Add person
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

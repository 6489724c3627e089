"use client";

import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

export interface CustomerValues {
  name: string;
  email: string;
  note: string;
  [other: string]: string;
}

const EMPTY: CustomerValues = { name: "", email: "", note: "" };

/** Makes a customer. What was typed elsewhere to find it is its name to begin with. */
export function CreateCustomerModal({
  opened,
  close,
  onCreated,
}: {
  opened: boolean;
  close: () => void;
  onCreated: (customer: { id: string; name: string }) => void;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const create = useMutation(
    trpc.customer.create.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.customer.pathFilter()),
    }),
  );
  return (
    <Modal opened={opened} onClose={close} title="New customer">
      <CustomerForm
        initial={EMPTY}
        submit="Create customer"
        close={close}
        save={async ({ email, ...values }) => {
          const { id } = await create.mutateAsync({ ...values, email: email || null });
          toastDone(`${values.name} was created.`);
          onCreated({ id, name: values.name });
        }}
      />
    </Modal>
  );
}

export function EditCustomerModal({
  opened,
  close,
  id,
  initial,
}: {
  opened: boolean;
  close: () => void;
  id: string;
  initial: CustomerValues;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const update = useMutation(
    trpc.customer.update.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.customer.pathFilter()),
    }),
  );
  return (
    <Modal opened={opened} onClose={close} title="Edit customer">
      <CustomerForm
        initial={initial}
        submit="Save changes"
        close={close}
        save={async ({ email, ...values }) => {
          await update.mutateAsync({ id, ...values, email: email || null });
          toastDone(`${values.name} was saved.`);
          close();
        }}
      />
    </Modal>
  );
}

function CustomerForm({
  initial,
  submit,
  save,
  close,
}: {
  initial: CustomerValues;
  submit: string;
  save: (values: CustomerValues) => Promise<void>;
  close: () => void;
}) {
  const form = useForm<CustomerValues>({ initialValues: initial });
  const refusal = useRefusal(form);

  async function run(values: CustomerValues) {
    refusal.clear();
    await save(values).catch(refusal.show);
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        // Opened from within another form: this one alone is to be sent.
        event.stopPropagation();
        form.onSubmit(run)(event);
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          placeholder="Northwind Design"
          autoComplete="organization"
          data-autofocus
          {...form.getInputProps("name")}
        />
        <TextInput
          label="E-mail address"
          description="Optional: where to reach them about their licenses."
          type="email"
          placeholder="it@northwind.example"
          {...form.getInputProps("email")}
        />
        <Textarea
          label="Note"
          description="Only for your team; the customer never sees it."
          autosize
          minRows={2}
          maxRows={8}
          {...form.getInputProps("note")}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close} disabled={form.submitting}>
            Cancel
          </Button>
          <Button type="submit" loading={form.submitting}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

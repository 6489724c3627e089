"use client";

import { Button, Group, Modal, PasswordInput, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { useTrustChanged } from "./use-trust-change.ts";

interface Values extends Record<string, unknown> {
  pem: string;
  passphrase: string;
}

export function RestoreRoot({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Bring the root key back">
      <RestoreForm close={close} />
    </Modal>
  );
}

function RestoreForm({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const changed = useTrustChanged();
  const form = useForm<Values>({ initialValues: { pem: "", passphrase: "" } });
  const refusal = useRefusal(form);
  const restore = useMutation(
    trpc.trust.restoreRoot.mutationOptions({
      onError: refusal.show,
      onSuccess: async (published) => {
        await changed("The root key is on this server again.", published);
        close();
      },
    }),
  );
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        refusal.clear();
        restore.mutate(values);
      })}
      noValidate
    >
      <Stack gap="md">
        <Textarea
          label="The exported key"
          description="All of root-key.pem, from its first line to its last."
          autosize
          minRows={5}
          spellCheck={false}
          data-autofocus
          {...form.getInputProps("pem")}
        />
        <PasswordInput label="Its passphrase" autoComplete="off" {...form.getInputProps("passphrase")} />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={restore.isPending}>
            Bring it back
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

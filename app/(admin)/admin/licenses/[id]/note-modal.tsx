"use client";

import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

export function NoteModal({
  opened,
  close,
  id,
  note,
}: {
  opened: boolean;
  close: () => void;
  id: string;
  note: string;
}) {
  return (
    <Modal opened={opened} onClose={close} title="Note">
      <NoteForm close={close} id={id} note={note} />
    </Modal>
  );
}

function NoteForm({ close, id, note }: { close: () => void; id: string; note: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { note } });
  const refusal = useRefusal(form);
  const save = useMutation(
    trpc.license.setNote.mutationOptions({
      onError: refusal.show,
      async onSuccess() {
        await queries.invalidateQueries(trpc.license.pathFilter());
        toastDone("The note was saved.");
        close();
      },
    }),
  );

  function submit(values: { note: string }) {
    refusal.clear();
    save.mutate({ id, ...values });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <Textarea
          label="Note"
          description="Only your team sees it; the search finds it."
          autosize
          minRows={3}
          maxRows={12}
          data-autofocus
          {...form.getInputProps("note")}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close} disabled={save.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save note
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

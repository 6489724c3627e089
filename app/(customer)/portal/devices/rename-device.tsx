"use client";

import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import type { Device } from "./device.ts";
import { useDeviceRefresh } from "./use-device-refresh.ts";

/** Gives a device a name that its people know it by; the toast takes it back. */
export function RenameDevice({ device }: { device: Device }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={open}
        aria-label={`Rename ${device.name || "unnamed device"}`}
      >
        Rename
      </Button>
      <Modal opened={opened} onClose={close} title="Rename the device">
        <RenameForm device={device} close={close} />
      </Modal>
    </>
  );
}

function RenameForm({ device, close }: { device: Device; close: () => void }) {
  const trpc = useTRPC();
  const refresh = useDeviceRefresh();
  const form = useForm({ initialValues: { name: device.name } });
  const refusal = useRefusal(form);
  const undo = useMutation(trpc.portal.device.rename.mutationOptions({ onSuccess: refresh }));
  const rename = useMutation(
    trpc.portal.device.rename.mutationOptions({
      onError: refusal.show,
      async onSuccess({ before }, { id, name }) {
        await refresh();
        close();
        // A device that had no name cannot be given none.
        const takeBack =
          before !== "" && before !== name ? () => undo.mutateAsync({ id, name: before }) : undefined;
        toastDone(`The device is now called ${name}.`, takeBack);
      },
    }),
  );
  return (
    <form
      onSubmit={form.onSubmit(({ name }) => {
        refusal.clear();
        rename.mutate({ id: device.id, name: name.trim() });
      })}
      noValidate
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          description="An application that is activated anew may bring a name of its own."
          data-autofocus
          maxLength={120}
          {...form.getInputProps("name")}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={rename.isPending}>
            Rename
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

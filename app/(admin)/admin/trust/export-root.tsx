"use client";

import { Button, Group, List, Modal, NumberInput, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { saveFile } from "../../../_components/save-file.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { useTrustChanged } from "./use-trust-change.ts";

interface Values extends Record<string, unknown> {
  passphrase: string;
  bundleDays: number;
}

/** Two steps out: the private part in an encrypted file, and a bundle to sign with it before it is erased here. */
export function ExportRoot({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Take the root key off this server">
      <ExportForm close={close} />
    </Modal>
  );
}

function ExportForm({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const changed = useTrustChanged();
  const [isSaved, setSaved] = useState(false);
  const form = useForm<Values>({ initialValues: { passphrase: "", bundleDays: 400 } });
  const refusal = useRefusal(form);
  const prepare = useMutation(
    trpc.trust.prepareBundle.mutationOptions({
      onError: refusal.show,
      onSuccess: async () => {
        await changed("A bundle is prepared: sign it with the exported key, and bring it back.", {});
        close();
      },
    }),
  );
  const take = useMutation(
    trpc.trust.exportRoot.mutationOptions({
      onError: refusal.show,
      onSuccess({ pem }) {
        saveFile("root-key.pem", "application/x-pem-file", pem);
        setSaved(true);
      },
    }),
  );

  function submit({ passphrase, bundleDays }: Values) {
    refusal.clear();
    if (isSaved) prepare.mutate({ bundleDays });
    else take.mutate({ passphrase });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        {isSaved ? (
          <>
            <Text fz="sm">
              The key was saved as <b>root-key.pem</b>. Keep it, and its passphrase, where this server cannot
              reach. It is erased here once you bring back a bundle that was signed with it.
            </Text>
            <NumberInput
              label="How long the bundle lasts"
              description="In days. Before that time is over somebody must sign the next one."
              min={30}
              max={800}
              {...form.getInputProps("bundleDays")}
            />
          </>
        ) : (
          <>
            <List fz="sm" spacing={4} type="ordered">
              <List.Item>Save the private part in a file, encrypted with a passphrase.</List.Item>
              <List.Item>Sign a prepared bundle with it, on a machine without a network.</List.Item>
              <List.Item>Bring the signed bundle back: then the key is erased here.</List.Item>
            </List>
            <PasswordInput
              label="Passphrase"
              description="At least 20 characters: whoever finds the file can guess as fast as they like."
              autoComplete="new-password"
              data-autofocus
              {...form.getInputProps("passphrase")}
            />
          </>
        )}
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            {isSaved ? "Later" : "Cancel"}
          </Button>
          <Button type="submit" loading={take.isPending || prepare.isPending}>
            {isSaved ? "Prepare the bundle" : "Save the key"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

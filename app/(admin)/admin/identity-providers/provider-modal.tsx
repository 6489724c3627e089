"use client";

import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { EMPTY, type IdentityProvider, inputOf, valuesOf } from "./provider.ts";
import { ProviderForm } from "./provider-form.tsx";

/** Adds a provider, or changes the one given. */
export function ProviderModal({
  opened,
  close,
  provider,
  known,
}: {
  opened: boolean;
  close: () => void;
  provider?: IdentityProvider;
  /** Issuers that are there already: adding one of them again would change it unseen. */
  known: readonly string[];
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const save = useMutation(
    trpc.identityProvider.save.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.identityProvider.list.queryFilter()),
    }),
  );
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={provider === undefined ? "Add an identity provider" : "Edit identity provider"}
      size="lg"
    >
      <ProviderForm
        initial={provider === undefined ? EMPTY : valuesOf(provider)}
        isNew={provider === undefined}
        known={known}
        cancel={close}
        save={async (values) => {
          await save.mutateAsync(inputOf(values));
          const { host } = new URL(values.issuer);
          toastDone(
            provider === undefined ? `Tokens of ${host} are taken from now on.` : `${host} was changed.`,
          );
          close();
        }}
      />
    </Modal>
  );
}

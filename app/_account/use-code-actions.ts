"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toastDone } from "../_components/toasts.tsx";
import { useTRPC } from "../_trpc/client.tsx";

/** What a code of the authenticator app allows; each resolves to the recovery codes to show, if there are any. */
export function useCodeActions() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const confirm = useMutation(trpc.account.confirmTwoFactor.mutationOptions());
  const renew = useMutation(trpc.account.renewRecoveryCodes.mutationOptions());
  const disable = useMutation(trpc.account.disableTwoFactor.mutationOptions());
  const refresh = () =>
    Promise.all([
      queries.invalidateQueries(trpc.account.get.queryFilter()),
      queries.invalidateQueries(trpc.account.security.queryFilter()),
    ]);
  return {
    async confirm(code: string, password: string): Promise<readonly string[]> {
      const { recoveryCodes } = await confirm.mutateAsync({ code, password });
      await refresh();
      return recoveryCodes;
    },
    async renew(code: string): Promise<readonly string[]> {
      const { recoveryCodes } = await renew.mutateAsync({ code });
      await refresh();
      return recoveryCodes;
    },
    async disable(code: string): Promise<readonly string[]> {
      await disable.mutateAsync({ code });
      await refresh();
      toastDone("Two-factor sign-in is off.");
      return [];
    },
  };
}

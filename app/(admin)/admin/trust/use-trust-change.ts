"use client";

import { useQueryClient } from "@tanstack/react-query";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

/** What every change of trust ends with: the screen as it is now, and a word about when it takes effect. */
export function useTrustChanged() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return async (done: string, { awaitsSignature }: { readonly awaitsSignature?: boolean }) => {
    await queries.invalidateQueries(trpc.trust.pathFilter());
    toastDone(awaitsSignature ? `${done} It takes effect once the prepared bundle is signed.` : done);
  };
}

"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Release } from "../../../_seats/seat.ts";
import { useTRPC } from "../../../_trpc/client.tsx";

/** How the vendor's staff take a seat back, saying why; undefined for those who may not. */
export function useRelease(mayRelease: boolean): Release | undefined {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const release = useMutation(
    trpc.seat.release.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.seat.pathFilter()),
    }),
  );
  if (!mayRelease) return undefined;
  return { run: (leaseId, reason) => release.mutateAsync({ leaseId, reason }), reason: "Reason" };
}

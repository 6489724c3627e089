"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BORROWED_SEAT_STAYS } from "#server/domain/borrowing.ts";
import type { Release } from "../../../_seats/seat.ts";
import { useTRPC } from "../../../_trpc/client.tsx";

/** How a manager takes a colleague's seat back; undefined for everybody else. */
export function useOwnRelease(mayRelease: boolean): Release | undefined {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const release = useMutation(
    trpc.portal.seat.release.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.portal.seat.pathFilter()),
    }),
  );
  if (!mayRelease) return undefined;
  return { run: (leaseId) => release.mutateAsync({ leaseId }), notBorrowed: BORROWED_SEAT_STAYS };
}

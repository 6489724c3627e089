"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type LiveState, useChanges } from "../../../_components/use-changes.ts";
import { useTRPC } from "../../../_trpc/client.tsx";

/** Keeps the seats on the screen as they are; `licenseId`: of that license only. */
export function useLiveSeats(licenseId?: string): LiveState {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return useChanges("/api/events/seats", () => queries.invalidateQueries(trpc.seat.pathFilter()), licenseId);
}

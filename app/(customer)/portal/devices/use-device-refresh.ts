"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "../../../_trpc/client.tsx";

/** Asks anew for all that shows devices, after one was changed. */
export function useDeviceRefresh() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries(trpc.portal.device.pathFilter()),
      queries.invalidateQueries(trpc.portal.license.pathFilter()),
      queries.invalidateQueries(trpc.portal.seat.pathFilter()),
    ]);
}

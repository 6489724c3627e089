"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "../../../../_trpc/client.tsx";

/** After a change: everything about accounts is asked for again. */
export function useRefreshed(): () => Promise<void> {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return () => queries.invalidateQueries(trpc.balance.pathFilter());
}

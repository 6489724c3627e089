"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTRPC } from "../../../../../_trpc/client.tsx";

/** Between two looks at what somebody else goes on with. */
const TURN_MS = 700;

/** Goes on with a batch, step by step, while it is watched. Several who watch it take turns, and nothing is issued twice. */
export function useSteps(id: string, active: boolean, done: number | undefined) {
  const [waiting, setWaiting] = useState(false);
  const trpc = useTRPC();
  const queries = useQueryClient();
  const step = useMutation(
    trpc.licenseBatch.step.mutationOptions({
      retry: 2,
      async onSuccess(progress) {
        queries.setQueryData(
          trpc.licenseBatch.get.queryKey({ id }),
          (batch) => batch && { ...batch, ...progress },
        );
        // Somebody else is at it.
        if (progress.done === done) setWaiting(true);
        if (progress.finishedAt !== null)
          await queries.invalidateQueries({ predicate: ({ queryKey }) => !isBatch(queryKey) });
      },
    }),
  );
  const { mutate, isPending, isError } = step;
  useEffect(() => {
    if (active && !waiting && !isPending && !isError) mutate({ id });
  }, [active, waiting, isPending, isError, mutate, id]);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setWaiting(false), TURN_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return { error: step.error, again: step.reset };
}

/** What the batch itself says is known already. */
function isBatch(queryKey: readonly unknown[]): boolean {
  return Array.isArray(queryKey[0]) && queryKey[0].join(".") === "licenseBatch.get";
}

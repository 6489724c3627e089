"use client";

import { useQuery } from "@tanstack/react-query";
import { isRefusedWith } from "../../../_components/failure.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import type { Question } from "./question.ts";

const NOTHING: Question = { of: "request", correlationId: "-" };

/** The story of the first thing that the questions find; what they all do not find is an empty one. */
export function useStory([first, second]: readonly Question[]) {
  const trpc = useTRPC();
  const one = useQuery({
    ...trpc.license.story.queryOptions(first ?? NOTHING),
    enabled: first !== undefined,
    retry: false,
  });
  const isMissed = isEmpty(one);
  const other = useQuery({
    ...trpc.license.story.queryOptions(second ?? NOTHING),
    enabled: isMissed && second !== undefined,
    retry: false,
  });
  return isMissed && second !== undefined ? other : one;
}

/** Whether there is no such thing, or nothing is known of it. */
export function isEmpty({
  data,
  error,
}: {
  data: { readonly steps: readonly unknown[] } | undefined;
  error: unknown;
}): boolean {
  return data === undefined ? isRefusedWith(error, "not_found") : data.steps.length === 0;
}

"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { describeFailure } from "../../../../_components/failure.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { ImpactData } from "./policy-data.ts";

export interface MoveChoice {
  readonly fromVersionIds?: string[];
  readonly customerId?: string;
  readonly licenseIds?: string[];
  readonly withoutOwnTerms?: boolean;
}

export interface MoveProgress {
  readonly moved: number;
  readonly left: ImpactData["licenses"]["leftExamples"];
  readonly state: "running" | "stopped" | "done";
  readonly failure?: string;
}

/** Moves licenses some hundreds at a time until none is left; begun again, it goes on with those that are not there yet. */
export function useMove(policyId: string, versionId: string) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const move = useMutation(trpc.policy.moveLicenses.mutationOptions());
  const [progress, setProgress] = useState<MoveProgress>();
  const stopping = useRef(false);

  async function start(choice: MoveChoice): Promise<void> {
    stopping.current = false;
    let moved = 0;
    let left: MoveProgress["left"] = [];
    let after: string | null = null;
    setProgress({ moved, left, state: "running" });
    try {
      do {
        const step: { moved: number; left: MoveProgress["left"]; next: string | null } =
          await move.mutateAsync({ policyId, versionId, ...choice, after });
        moved += step.moved;
        left = [...left, ...step.left];
        after = step.next;
        setProgress({ moved, left, state: "running" });
      } while (after !== null && !stopping.current);
      setProgress({ moved, left, state: after === null ? "done" : "stopped" });
    } catch (error) {
      setProgress({ moved, left, state: "stopped", failure: describeFailure(error).message });
    }
    await queries.invalidateQueries(trpc.policy.pathFilter());
  }

  return {
    progress,
    start,
    stop() {
      stopping.current = true;
    },
  };
}

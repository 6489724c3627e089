"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { shownForHeader } from "../../../_places/shown-for.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { eventsOf } from "./event-reader.ts";
import type { RunOutcome, StepResult } from "./lab.ts";

export interface Run {
  readonly isRunning: boolean;
  /** By its place among the steps. */
  readonly results: ReadonlyMap<number, StepResult>;
  readonly outcome?: RunOutcome;
  /** Why it ended, or could not begin. */
  readonly why?: string;
}

const NOTHING: ReadonlyMap<number, StepResult> = new Map();
const BROKEN =
  "The connection to the portal broke, and the run is stopped unless another page follows it. Try again.";

/**
 * One scenario's run, as this page follows it from its beginning, whoever began it: it lives as long as any page does.
 *
 * @param isRunning whether one is known to be under way, which is then followed.
 */
export function useRun(name: string, isRunning: boolean) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [run, setRun] = useState<Run>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it is heard of.
  useEffect(() => {
    if (isRunning) void begin("GET");
  }, [isRunning]);

  async function read(own: AbortController, method: "POST" | "GET"): Promise<void> {
    const response = await fetch(`/api/lab/${name}`, {
      method,
      headers: shownForHeader(),
      signal: own.signal,
    });
    if (response.status === 204) return setRun(undefined);
    if (!response.ok || response.body === null) {
      const { message }: { message?: string } = await response.json().catch(() => ({}));
      return setRun({ isRunning: false, results: NOTHING, why: message ?? BROKEN });
    }
    let ended: Pick<Run, "outcome" | "why"> = { outcome: "stopped", why: BROKEN };
    for await (const { name: kind, data } of eventsOf(response.body)) {
      if (kind === "end") ended = JSON.parse(data);
      if (kind !== "step") continue;
      const result: StepResult = JSON.parse(data);
      setRun((before) => before && { ...before, results: new Map(before.results).set(result.index, result) });
    }
    setRun((before) => before && { ...before, ...ended, isRunning: false });
  }

  async function begin(method: "POST" | "GET"): Promise<void> {
    if (stop.current !== undefined) return;
    const own = new AbortController();
    stop.current = own;
    setRun({ isRunning: true, results: NOTHING });
    try {
      await read(own, method);
    } catch {
      const ended = own.signal.aborted ? {} : { why: BROKEN };
      setRun((before) => before && { ...before, ...ended, outcome: "stopped", isRunning: false });
    } finally {
      stop.current = undefined;
      await queries.invalidateQueries(trpc.lab.pathFilter());
    }
  }

  return {
    run,
    start: () => begin("POST"),
    /** For everybody who follows it; the page reads on until it has ended. */
    stop: async () => {
      const answer = await fetch(`/api/lab/${name}`, { method: "DELETE", headers: shownForHeader() }).catch(
        () => undefined,
      );
      if (answer?.ok !== true) stop.current?.abort();
    },
  };
}

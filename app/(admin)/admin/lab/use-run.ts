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
const BROKEN = "The connection to the portal broke, and the run was stopped. Try again.";

/** One scenario's run by this page: it lives as long as the page reads it. */
export function useRun(name: string) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [run, setRun] = useState<Run>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  async function read(own: AbortController): Promise<void> {
    const response = await fetch(`/api/lab/${name}`, {
      method: "POST",
      headers: shownForHeader(),
      signal: own.signal,
    });
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

  async function start(): Promise<void> {
    if (stop.current !== undefined) return;
    const own = new AbortController();
    stop.current = own;
    setRun({ isRunning: true, results: NOTHING });
    try {
      await read(own);
    } catch {
      const ended = own.signal.aborted ? {} : { why: BROKEN };
      setRun((before) => before && { ...before, ...ended, outcome: "stopped", isRunning: false });
    } finally {
      stop.current = undefined;
      await queries.invalidateQueries(trpc.lab.pathFilter());
    }
  }

  return { run, start, stop: () => stop.current?.abort() };
}

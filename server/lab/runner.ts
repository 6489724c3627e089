import { z } from "zod";
import type { LabClient } from "./client-process.ts";
import { whyFailed } from "./judge.ts";
import { type Command, exchange, type Report } from "./protocol.ts";
import type { LabStep } from "./scenarios.ts";

/** A decision of the LicenseServer that a step brought about, and why it fell so. */
const decision = z.strictObject({
  operation: z.string(),
  outcome: z.enum(["granted", "denied"]),
  code: z.string().nullable(),
  explanation: z.string(),
  correlationId: z.string(),
});
export type LabDecision = z.infer<typeof decision>;

const stepResult = z.strictObject({
  index: z.int(),
  status: z.enum(["running", "passed", "failed"]),
  /** What the client saw, or the refusal as its user would read it. */
  saw: z.string().exactOptional(),
  /** The refusal's code, and whether the vendor's key signed it. */
  refusal: z.strictObject({ code: z.string(), signed: z.boolean() }).exactOptional(),
  exchanges: z.array(exchange).readonly().exactOptional(),
  decisions: z.array(decision).readonly().exactOptional(),
  /** Why it is not what it should be. */
  why: z.string().exactOptional(),
});
export type StepResult = z.infer<typeof stepResult>;

/** Those of a run, as they are kept. */
export const stepResults = z.array(stepResult);

/** Runs the steps one after the other until one fails. Rejects when a client ends unbidden, as all do when the run is stopped. */
export async function runSteps({
  steps,
  server,
  clientOf,
  explain,
  tell,
}: {
  steps: readonly LabStep[];
  server: string;
  clientOf: (name: string) => LabClient;
  /** The decisions of these requests. */
  explain: (correlationIds: readonly string[]) => Promise<readonly LabDecision[]>;
  tell: (result: StepResult) => void;
}): Promise<"passed" | "failed"> {
  const files = new Map<number, string>();
  for (const [index, step] of steps.entries()) {
    tell({ index, status: "running" });
    const client = clientOf(step.client);
    const { action } = step;
    if (action.do === "kill") {
      client.kill();
      await client.gone;
      tell({
        index,
        status: "passed",
        saw: `The process of ${step.client} is gone; nothing was given back.`,
      });
      continue;
    }
    const report = await client.obey(commandOf(action, files));
    if (report.outcome === "done" && report.file !== undefined) files.set(index, report.file);
    const why = whyFailed(step.expected, report, server);
    tell({
      index,
      status: why === undefined ? "passed" : "failed",
      ...wordsOf(report),
      exchanges: report.exchanges,
      decisions: await explain(report.exchanges.flatMap(({ correlationId }) => correlationId ?? [])),
      ...(why === undefined ? {} : { why }),
    });
    if (why !== undefined) return "failed";
  }
  return "passed";
}

function commandOf(
  action: Exclude<LabStep["action"], { do: "kill" }>,
  files: ReadonlyMap<number, string>,
): Command {
  if (!("fileOf" in action)) return action;
  const file = files.get(action.fileOf);
  if (file === undefined) throw new Error(`Step ${action.fileOf} gave no file.`);
  return { do: action.do, file };
}

function wordsOf(report: Report): Pick<StepResult, "saw" | "refusal"> {
  if (report.outcome === "done") return { saw: report.saw };
  const { code, message, signed } = report;
  return { saw: message, refusal: { code, signed } };
}

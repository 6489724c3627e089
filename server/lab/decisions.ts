import type { Stories } from "../authority/story-service.ts";
import type { Actor } from "../domain/actor.ts";
import type { LabDecision } from "./runner.ts";

/** What the LicenseServer decided about these requests, and why. */
export async function explainDecisions(
  stories: Stories,
  actor: Actor,
  correlationIds: readonly string[],
): Promise<LabDecision[]> {
  const decisions: LabDecision[] = [];
  for (const correlationId of correlationIds) {
    const of = { of: "request", correlationId } as const;
    const { steps } = await stories.read(actor, of, { changesOf: "licenses" });
    for (const step of steps) {
      if (step.kind !== "decision") continue;
      const { operation, outcome, code } = step.decision;
      decisions.push({ operation, outcome, code, explanation: step.explanation, correlationId });
    }
  }
  return decisions;
}

import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/** A scenario, its steps, and how its latest run went. */
export type LabScenario = inferRouterOutputs<AppRouter>["lab"]["list"][number];
type Latest = NonNullable<LabScenario["latest"]>;
export type StepResult = Latest["steps"][number];
export type RunOutcome = NonNullable<Latest["outcome"]>;

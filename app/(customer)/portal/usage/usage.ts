import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

type Outputs = inferRouterOutputs<AppRouter>["portal"]["usage"];
export type Meter = Outputs["meters"]["meters"][number];
export type Line = Outputs["ledger"]["items"][number];

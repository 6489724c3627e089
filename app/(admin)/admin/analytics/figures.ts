import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/** The charts as their procedures answer. */
export type Figures = inferRouterOutputs<AppRouter>["analytics"];

/** What there is to download. */
export type TableName = inferRouterInputs<AppRouter>["analytics"]["csv"]["table"];

/** What every chart says of itself. */
export type Frame = Pick<Figures["activations"], "span" | "completeUntil" | "empty">;

import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/** The overview as its procedure answers it. */
export type Numbers = inferRouterOutputs<AppRouter>["overview"]["get"];

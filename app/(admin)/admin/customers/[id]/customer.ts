import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/** A customer as its page has it. */
export type Customer = inferRouterOutputs<AppRouter>["customer"]["get"];

import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/** How far it has come. */
export type Start = NonNullable<inferRouterOutputs<AppRouter>["start"]["get"]>;
export type FirstLicense = NonNullable<Start["license"]>;

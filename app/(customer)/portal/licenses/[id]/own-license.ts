import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/** All that its customer may know of a license. */
export type OwnLicense = inferRouterOutputs<AppRouter>["portal"]["license"]["get"];

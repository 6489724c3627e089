import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/** An entry of the audit log, as its procedure answers it. */
export type AuditRow = inferRouterOutputs<AppRouter>["audit"]["list"]["items"][number];

import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

type Outputs = inferRouterOutputs<AppRouter>["balance"];

/** A license's balance on one meter. */
export type Account = Outputs["list"]["items"][number];
export type AccountDetail = Outputs["get"];
export type Grant = AccountDetail["grants"][number];
export type Ticket = Outputs["tickets"]["items"][number];
export type LedgerLine = Outputs["ledger"]["items"][number];

import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

export type Story = inferRouterOutputs<AppRouter>["license"]["story"];
export type Step = Story["steps"][number];

import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/** A license as its page has it. */
export type License = inferRouterOutputs<AppRouter>["license"]["get"];

/** The key's last characters, by which people tell licenses apart. */
export function keyEnding({ keyHint }: Pick<License, "keyHint">): string {
  return keyHint.slice(keyHint.lastIndexOf("-") + 1);
}

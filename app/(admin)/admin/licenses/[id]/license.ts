import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/** A license as its page has it. */
export type License = inferRouterOutputs<AppRouter>["license"]["get"];

/** What the signed-in person may do here; the procedures ask again. */
export interface LicensePermissions {
  readonly issue: boolean;
  readonly suspend: boolean;
  readonly revoke: boolean;
  readonly reveal: boolean;
}

/** The key's last characters, by which people tell licenses apart. */
export function keyEnding({ keyHint }: Pick<License, "keyHint">): string {
  return keyHint.slice(keyHint.lastIndexOf("-") + 1);
}

import type { inferRouterOutputs } from "@trpc/server";
import type { ImportColumnName } from "#server/domain/license-import.ts";
import type { AppRouter } from "#server/trpc/router.ts";

/** What a dry run says. */
export type Report = inferRouterOutputs<AppRouter>["licenseBatch"]["check"];

/** A file or a pasted table, as it was given. */
export interface Source {
  readonly name: string;
  readonly csv: string;
}

/** "Customer e-mail" for `customer_email`. */
export function columnTitle(name: ImportColumnName): string {
  const words = name === "customer_email" ? "customer e-mail" : name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

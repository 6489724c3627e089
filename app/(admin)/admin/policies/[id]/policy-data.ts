import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";
import type { LicenseCount } from "../_rules/license-count.ts";
import { licenseCount } from "../_rules/license-count.ts";

type Answers = inferRouterOutputs<AppRouter>["policy"];
export type PolicyData = Answers["get"];
export type ImpactData = Answers["impact"];
export type VersionData = PolicyData["versions"][number];

/** "3 licenses on version 2 and 1 license on version 1", of the versions that have any. */
export function whoStays(
  versions: readonly { number: number; licenses: LicenseCount }[],
): string | undefined {
  const held = versions.filter(({ licenses }) => licenses.count > 0);
  if (held.length === 0) return undefined;
  const parts = held.map(({ number, licenses }) => `${licenseCount(licenses)} on version ${number}`);
  return new Intl.ListFormat("en", { type: "conjunction" }).format(parts);
}

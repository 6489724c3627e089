import type { inferRouterOutputs } from "@trpc/server";
import type { KeyUse } from "#sdk/wire.ts";
import type { AppRouter } from "#server/trpc/router.ts";
import { formatNumber } from "../../../_components/format.ts";

export type TrustFacts = inferRouterOutputs<AppRouter>["trust"]["get"];
export type Root = TrustFacts["root"];
export type Key = TrustFacts["keys"][number];
export type Bundle = inferRouterOutputs<AppRouter>["trust"]["bundles"]["items"][number];

/** What each use signs, in the order in which an application meets it. */
export const USES: readonly { readonly use: KeyUse; readonly title: string; readonly signs: string }[] = [
  { use: "activation", title: "Activation", signs: "what a device may do" },
  { use: "license", title: "License", signs: "certificates that customers keep" },
  { use: "lease", title: "Lease", signs: "held seats" },
  { use: "ticket", title: "Ticket", signs: "reserved credits" },
  { use: "receipt", title: "Receipt", signs: "receipts and refusals" },
];

const RANK = { active: 0, announced: 1, retired: 2, compromised: 3, destroyed: 4 };

/** A use's keys: the one that signs, what follows it, then those before. */
export function keysOf(keys: readonly Key[], use: KeyUse): Key[] {
  const own = keys.filter((key) => key.use === use);
  return own.sort((a, b) => RANK[a.status] - RANK[b.status] || b.notBefore.getTime() - a.notBefore.getTime());
}

const BECAME: Readonly<Record<Bundle["keys"][number]["became"], string>> = {
  announced: "announced",
  active: "signs now",
  retired: "retired",
  compromised: "given up as compromised",
  unlisted: "no longer listed",
};

/** What a bundle changed, each in a few words; none where it was only signed anew. */
export function bundleWords({
  seq,
  keys,
  licensesRevoked,
  activationsRevoked,
  rootChanged,
}: Bundle): string[] {
  if (seq === 1) return ["The first: all keys begin"];
  return [
    ...(rootChanged ? ["Signed by a new root key"] : []),
    ...keys.map(({ use, became }) => `${titleOf(use)} key ${BECAME[became]}`),
    ...(licensesRevoked > 0 ? [counted(licensesRevoked, "license", "licenses")] : []),
    ...(activationsRevoked > 0 ? [counted(activationsRevoked, "device", "devices")] : []),
  ];
}

function titleOf(use: KeyUse): string {
  return USES.find((one) => one.use === use)?.title ?? use;
}

function counted(count: number, one: string, many: string): string {
  return `${formatNumber(count)} ${count === 1 ? one : many} revoked`;
}

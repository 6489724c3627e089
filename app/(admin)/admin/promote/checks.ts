import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

export type PromotionState = inferRouterOutputs<AppRouter>["promotion"]["get"];

/** What should be in order, why, and where it is done. */
export const CHECKS: readonly {
  readonly name: keyof PromotionState["readiness"];
  readonly title: string;
  readonly why: string;
  readonly href: string;
  readonly action: string;
}[] = [
  {
    name: "policyPublished",
    title: "A policy is published",
    why: "Licenses are issued under a published policy, which never changes afterwards.",
    href: "/admin/policies",
    action: "Open policies",
  },
  {
    name: "secondAdmin",
    title: "A second admin",
    why: "Whoever loses their password or their phone needs somebody who lets them in again.",
    href: "/admin/team",
    action: "Invite a colleague",
  },
  {
    name: "webhookWorks",
    title: "A webhook that works",
    why: "Your own systems learn what happens when an endpoint has taken an event and fails at none.",
    href: "/admin/webhooks",
    action: "Open webhooks",
  },
  {
    name: "rootOffline",
    title: "The root key is off the server",
    why: "Whoever breaks into the server then cannot sign trust that your applications would believe for ever.",
    href: "/admin/trust",
    action: "Open trust",
  },
];

import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { PoliciesScreen } from "./policies-screen.tsx";

export const metadata: Metadata = { title: "Policies" };

export default async function PoliciesPage() {
  const { actor } = await requireActor("policy:read");
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.policy.list.queryOptions({})),
        client.prefetchQuery(trpc.product.list.queryOptions()),
      ]}
    >
      <PoliciesScreen mayWrite={allows(actor.role, "policy:write")} />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { TrustScreen } from "./trust-screen.tsx";

export const metadata: Metadata = { title: "Trust" };

export default async function TrustPage() {
  const { actor, tenant } = await requireActor("trust:read");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.trust.get.queryOptions())]}>
      <TrustScreen tenantSlug={tenant.slug} mayRotate={allows(actor.role, "trust:rotate")} />
    </Prefetched>
  );
}

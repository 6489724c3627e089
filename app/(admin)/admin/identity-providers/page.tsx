import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { server } from "../../../_server.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { IdentityProvidersScreen } from "./identity-providers-screen.tsx";

export const metadata: Metadata = { title: "Identity providers" };

export default async function IdentityProvidersPage() {
  const { actor, tenant } = await requireActor("apikey:read");
  return (
    <Prefetched
      prefetch={(client, trpc) => [client.prefetchQuery(trpc.identityProvider.list.queryOptions())]}
    >
      <IdentityProvidersScreen
        mayWrite={allows(actor.role, "apikey:write")}
        usageUrl={`${server().env.LICENSE_SERVER_URL}/v1/${tenant.slug}/usage`}
      />
    </Prefetched>
  );
}

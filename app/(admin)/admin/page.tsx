import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { requireActor } from "../../_session.ts";
import { Prefetched } from "../../_trpc/server.tsx";
import { OverviewScreen } from "./_overview/overview-screen.tsx";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage() {
  const { actor, tenant } = await requireActor("license:read");
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.overview.get.queryOptions()),
        client.prefetchQuery(trpc.incident.list.queryOptions()),
      ]}
    >
      <OverviewScreen
        tenantName={tenant.name}
        mayIssue={allows(actor.role, "license:issue")}
        mayStart={allows(actor.role, "policy:publish")}
      />
    </Prefetched>
  );
}

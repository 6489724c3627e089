import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { IncidentsScreen } from "./incidents-screen.tsx";

export const metadata: Metadata = { title: "Incidents" };

export default async function IncidentsPage() {
  const { actor } = await requireActor("incident:read");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.incident.list.queryOptions())]}>
      <IncidentsScreen mayAcknowledge={allows(actor.role, "incident:acknowledge")} />
    </Prefetched>
  );
}

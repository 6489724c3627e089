import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { readTable, type SearchParams } from "../../../../_components/table-url.ts";
import { requireActor } from "../../../../_session.ts";
import { Prefetched } from "../../../../_trpc/server.tsx";
import { DELIVERIES } from "./deliveries.ts";
import { EndpointScreen } from "./endpoint-screen.tsx";

export const metadata: Metadata = { title: "Webhook endpoint" };

export default async function EndpointPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const { actor } = await requireActor("webhook:read");
  const { id } = await params;
  const { search: _, ...input } = readTable(await searchParams, DELIVERIES);
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.webhook.list.queryOptions()),
        client.prefetchQuery(trpc.webhook.deliveries.queryOptions({ ...input, endpointId: id })),
      ]}
    >
      <EndpointScreen id={id} mayWrite={allows(actor.role, "webhook:write")} />
    </Prefetched>
  );
}

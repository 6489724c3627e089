import type { Metadata } from "next";
import type { SearchParams } from "../../../_components/table-url.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { AnalyticsScreen } from "./analytics-screen.tsx";
import { chartInput, readView, seatsInput } from "./view.ts";

export const metadata: Metadata = { title: "Analytics" };

export default async function AnalyticsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requireActor("analytics:read");
  const view = readView(await searchParams);
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.analytics.seats.queryOptions(seatsInput(view))),
        client.prefetchQuery(trpc.analytics.activations.queryOptions(chartInput(view))),
        client.prefetchQuery(trpc.product.list.queryOptions()),
      ]}
    >
      <AnalyticsScreen />
    </Prefetched>
  );
}

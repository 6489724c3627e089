import type { Metadata } from "next";
import type { SearchParams } from "../../../_components/table-url.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { AnalyticsScreen } from "./analytics-screen.tsx";
import { chartInput, readView, seatsInput, usageInput } from "./view.ts";

export const metadata: Metadata = { title: "Analytics" };

export default async function AnalyticsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requireActor("analytics:read");
  const view = readView(await searchParams);
  const input = chartInput(view);
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.analytics.seats.queryOptions(seatsInput(view))),
        client.prefetchQuery(trpc.analytics.denials.queryOptions(input)),
        client.prefetchQuery(trpc.analytics.usage.queryOptions(usageInput(view))),
        client.prefetchQuery(trpc.analytics.activations.queryOptions(input)),
        client.prefetchQuery(trpc.analytics.trials.queryOptions(input)),
        client.prefetchQuery(trpc.analytics.spread.queryOptions(input)),
        client.prefetchQuery(trpc.product.list.queryOptions()),
      ]}
    >
      <AnalyticsScreen />
    </Prefetched>
  );
}

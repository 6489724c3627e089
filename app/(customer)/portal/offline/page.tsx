import type { Metadata } from "next";
import { requireCustomer } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { OfflineScreen } from "./offline-screen.tsx";

export const metadata: Metadata = { title: "Offline activation" };

export default async function OfflinePage() {
  const { tenant } = await requireCustomer();
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchInfiniteQuery(
          trpc.portal.offline.exchanges.infiniteQueryOptions(
            { limit: 10 },
            { getNextPageParam: ({ nextCursor }) => nextCursor },
          ),
        ),
      ]}
    >
      <OfflineScreen vendorName={tenant.name} />
    </Prefetched>
  );
}

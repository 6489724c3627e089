import type { Metadata } from "next";
import { requireActor } from "../../../../../_session.ts";
import { asked, Prefetched } from "../../../../../_trpc/server.tsx";
import { LicenseOfflineScreen } from "./license-offline-screen.tsx";

interface Props {
  params: Promise<{ id: string }>;
}

export const metadata: Metadata = { title: "Offline machines" };

export default async function LicenseOfflinePage({ params }: Props) {
  const { tenant } = await requireActor("license:issue");
  const { id } = await params;
  await asked((client, trpc) => client.fetchQuery(trpc.license.get.queryOptions({ id })));
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchInfiniteQuery(
          trpc.offline.exchanges.infiniteQueryOptions(
            { limit: 10, licenseId: id },
            { getNextPageParam: ({ nextCursor }) => nextCursor },
          ),
        ),
      ]}
    >
      <LicenseOfflineScreen id={id} vendorName={tenant.name} />
    </Prefetched>
  );
}

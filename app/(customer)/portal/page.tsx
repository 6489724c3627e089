import type { Metadata } from "next";
import { readTable, type SearchParams } from "../../_components/table-url.ts";
import { requireCustomer } from "../../_session.ts";
import { Prefetched } from "../../_trpc/server.tsx";
import { OWN_LICENSES } from "./list.ts";
import { PortalScreen } from "./portal-screen.tsx";

export const metadata: Metadata = { title: "My licenses" };

export default async function PortalPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { tenant } = await requireCustomer();
  const input = readTable(await searchParams, OWN_LICENSES);
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.portal.license.list.queryOptions(input)),
        client.prefetchQuery(trpc.portal.license.summary.queryOptions()),
      ]}
    >
      <PortalScreen vendorName={tenant.name} />
    </Prefetched>
  );
}

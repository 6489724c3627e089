import type { Metadata } from "next";
import { requireCustomer } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { UsageScreen } from "./usage-screen.tsx";

export const metadata: Metadata = { title: "Usage and credits" };

export default async function UsagePage() {
  const { tenant } = await requireCustomer();
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.portal.usage.meters.queryOptions())]}>
      <UsageScreen vendorName={tenant.name} />
    </Prefetched>
  );
}

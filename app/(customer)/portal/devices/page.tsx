import type { Metadata } from "next";
import { customerAllows } from "#server/auth/permissions.ts";
import { readTable, type SearchParams } from "../../../_components/table-url.ts";
import { requireCustomer } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { DevicesScreen } from "./devices-screen.tsx";
import { OWN_DEVICES } from "./list.ts";

export const metadata: Metadata = { title: "Devices" };

export default async function OwnDevicesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { role, tenant } = await requireCustomer();
  const input = readTable(await searchParams, OWN_DEVICES);
  return (
    <Prefetched
      prefetch={(client, trpc) => [client.prefetchQuery(trpc.portal.device.list.queryOptions(input))]}
    >
      <DevicesScreen vendorName={tenant.name} mayDeactivate={customerAllows(role, "device:deactivate")} />
    </Prefetched>
  );
}

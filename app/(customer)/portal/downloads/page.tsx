import type { Metadata } from "next";
import { customerAllows } from "#server/auth/permissions.ts";
import { requireCustomer } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { DownloadsScreen } from "./downloads-screen.tsx";

export const metadata: Metadata = { title: "Downloads" };

export default async function DownloadsPage() {
  const { tenant, role } = await requireCustomer();
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.portal.downloads.queryOptions())]}>
      <DownloadsScreen vendorName={tenant.name} mayBringFiles={customerAllows(role, "device:activate")} />
    </Prefetched>
  );
}

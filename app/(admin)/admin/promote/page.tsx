import type { Metadata } from "next";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { PromoteScreen } from "./promote-screen.tsx";

export const metadata: Metadata = { title: "Go to production" };

export default async function PromotePage() {
  const { tenant } = await requireActor("settings:write");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.promotion.get.queryOptions())]}>
      <PromoteScreen tenantName={tenant.name} />
    </Prefetched>
  );
}

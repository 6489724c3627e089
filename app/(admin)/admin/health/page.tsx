import type { Metadata } from "next";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { HealthScreen } from "./health-screen.tsx";

export const metadata: Metadata = { title: "Health" };

export default async function HealthPage() {
  await requireActor("health:read");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.health.get.queryOptions())]}>
      <HealthScreen />
    </Prefetched>
  );
}

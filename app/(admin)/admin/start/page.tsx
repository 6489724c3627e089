import type { Metadata } from "next";
import { addresses } from "../../../_server.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { StartScreen } from "./start-screen.tsx";

export const metadata: Metadata = { title: "Get started" };

export default async function StartPage() {
  const { tenant } = await requireActor("policy:publish");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.start.get.queryOptions())]}>
      <StartScreen tenantName={tenant.name} addresses={addresses()} />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { readTable, type SearchParams } from "../../../_components/table-url.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { ACCOUNTS } from "./list.ts";
import { UsageScreen } from "./usage-screen.tsx";

export const metadata: Metadata = { title: "Usage" };

export default async function UsagePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requireActor("license:read");
  const input = readTable(await searchParams, ACCOUNTS);
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.balance.list.queryOptions(input)),
        client.prefetchQuery(trpc.product.list.queryOptions()),
        client.prefetchQuery(trpc.balance.meters.queryOptions()),
      ]}
    >
      <UsageScreen />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { customerAllows } from "#server/auth/permissions.ts";
import { readTable, type SearchParams } from "../../../_components/table-url.ts";
import { requireCustomer } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { OWN_SEATS } from "./list.ts";
import { OwnSeatsScreen } from "./own-seats-screen.tsx";

export const metadata: Metadata = { title: "Seats" };

export default async function OwnSeatsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { role } = await requireCustomer();
  const input = readTable(await searchParams, OWN_SEATS);
  return (
    <Prefetched
      prefetch={(client, trpc) => [client.prefetchQuery(trpc.portal.seat.pools.queryOptions(input))]}
    >
      <OwnSeatsScreen mayRelease={customerAllows(role, "seat:release")} />
    </Prefetched>
  );
}

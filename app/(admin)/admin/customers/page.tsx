import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { readTable, type SearchParams } from "../../../_components/table-url.ts";
import { joinUrl } from "../../../_join-url.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { CustomersScreen } from "./customers-screen.tsx";
import { CUSTOMERS } from "./list.ts";

export const metadata: Metadata = { title: "Customers" };

export default async function CustomersPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { actor, tenant } = await requireActor("customer:read");
  const input = readTable(await searchParams, CUSTOMERS);
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.customer.list.queryOptions(input))]}>
      <CustomersScreen mayWrite={allows(actor.role, "customer:write")} joinUrl={joinUrl(tenant)} />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { readTable, type SearchParams } from "../../../../_components/table-url.ts";
import { requireActor } from "../../../../_session.ts";
import { asked, Prefetched } from "../../../../_trpc/server.tsx";
import { OWN_LICENSES } from "../../licenses/list.ts";
import { CustomerScreen } from "./customer-screen.tsx";

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<SearchParams>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { id } = await params;
  const customer = await asked((client, trpc) => client.fetchQuery(trpc.customer.get.queryOptions({ id })));
  return { title: customer?.name ?? "Customer" };
}

export default async function CustomerPage({ params, searchParams }: Props) {
  const { actor } = await requireActor("customer:read");
  const { id } = await params;
  const input = { ...readTable(await searchParams, OWN_LICENSES), customerId: id };
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.customer.get.queryOptions({ id })),
        client.prefetchQuery(trpc.customer.invitations.queryOptions({ customerId: id })),
        client.prefetchQuery(trpc.license.list.queryOptions(input)),
      ]}
    >
      <CustomerScreen
        id={id}
        mayWrite={allows(actor.role, "customer:write")}
        mayIssue={allows(actor.role, "license:issue")}
      />
    </Prefetched>
  );
}

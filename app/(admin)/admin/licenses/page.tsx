import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { readTable, type SearchParams } from "../../../_components/table-url.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { LicensesScreen } from "./licenses-screen.tsx";
import { LICENSES } from "./list.ts";

export const metadata: Metadata = { title: "Licenses" };

export default async function LicensesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { actor } = await requireActor("license:read");
  const input = readTable(await searchParams, LICENSES);
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.license.list.queryOptions(input)),
        client.prefetchQuery(trpc.product.list.queryOptions()),
      ]}
    >
      <LicensesScreen
        may={{
          issue: allows(actor.role, "license:issue"),
          suspend: allows(actor.role, "license:suspend"),
          revoke: allows(actor.role, "license:revoke"),
        }}
      />
    </Prefetched>
  );
}

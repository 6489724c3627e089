import type { Metadata } from "next";
import { readTable, type SearchParams } from "../../../_components/table-url.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { AuditScreen } from "./audit-screen.tsx";
import { AUDIT, auditInput } from "./list.ts";

export const metadata: Metadata = { title: "Audit" };

export default async function AuditPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requireActor("audit:read");
  const input = auditInput(readTable(await searchParams, AUDIT));
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.audit.list.queryOptions(input)),
        client.prefetchQuery(trpc.audit.seal.queryOptions()),
        client.prefetchQuery(trpc.team.list.queryOptions()),
      ]}
    >
      <AuditScreen />
    </Prefetched>
  );
}

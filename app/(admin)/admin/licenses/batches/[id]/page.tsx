import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { requireActor } from "../../../../../_session.ts";
import { Prefetched } from "../../../../../_trpc/server.tsx";
import { BatchScreen } from "./batch-screen.tsx";

export const metadata: Metadata = { title: "Many licenses" };

export default async function BatchPage({ params }: { params: Promise<{ id: string }> }) {
  const { actor } = await requireActor("license:read");
  const { id } = await params;
  return (
    <Prefetched
      prefetch={(client, trpc) => [client.prefetchQuery(trpc.licenseBatch.get.queryOptions({ id }))]}
    >
      <BatchScreen
        id={id}
        mayIssue={allows(actor.role, "license:issue")}
        mayReveal={allows(actor.role, "license:reveal")}
      />
    </Prefetched>
  );
}

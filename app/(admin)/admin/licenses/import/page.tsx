import type { Metadata } from "next";
import { requireActor } from "../../../../_session.ts";
import { Prefetched } from "../../../../_trpc/server.tsx";
import { ImportScreen } from "./import-screen.tsx";

export const metadata: Metadata = { title: "Import licenses" };

export default async function ImportPage() {
  await requireActor("license:issue");
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.policy.list.queryOptions()),
        client.prefetchQuery(trpc.licenseBatch.list.queryOptions()),
      ]}
    >
      <ImportScreen />
    </Prefetched>
  );
}

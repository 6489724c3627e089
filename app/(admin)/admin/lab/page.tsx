import type { Metadata } from "next";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { LabScreen } from "./lab-screen.tsx";

export const metadata: Metadata = { title: "Scenario lab" };

export default async function LabPage() {
  await requireActor("license:issue");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.lab.list.queryOptions())]}>
      <LabScreen />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { ApiKeysScreen } from "./api-keys-screen.tsx";

export const metadata: Metadata = { title: "API keys" };

export default async function ApiKeysPage() {
  const { actor } = await requireActor("apikey:read");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.apiKey.list.queryOptions())]}>
      <ApiKeysScreen mayWrite={allows(actor.role, "apikey:write")} />
    </Prefetched>
  );
}

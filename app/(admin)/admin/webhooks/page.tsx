import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { WebhooksScreen } from "./webhooks-screen.tsx";

export const metadata: Metadata = { title: "Webhooks" };

export default async function WebhooksPage() {
  const { actor } = await requireActor("webhook:read");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.webhook.list.queryOptions())]}>
      <WebhooksScreen mayWrite={allows(actor.role, "webhook:write")} />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { joinUrl } from "../../../_join-url.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { SettingsScreen } from "./settings-screen.tsx";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage() {
  const { actor, tenant } = await requireActor("team:read");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.settings.get.queryOptions())]}>
      <SettingsScreen mayWrite={allows(actor.role, "settings:write")} joinUrl={joinUrl(tenant)} />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { publicId } from "#server/domain/ids.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { TeamScreen } from "./team-screen.tsx";

export const metadata: Metadata = { title: "Team" };

export default async function TeamPage() {
  const { actor, tenant } = await requireActor("team:read");
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.team.list.queryOptions()),
        client.prefetchQuery(trpc.team.invitations.queryOptions()),
      ]}
    >
      <TeamScreen
        tenantName={tenant.name}
        self={publicId("user", actor.userId)}
        role={actor.role}
        mayWrite={allows(actor.role, "team:write")}
      />
    </Prefetched>
  );
}

import type { ReactNode } from "react";
import { permissionsOf } from "#server/auth/permissions.ts";
import { teamPlace } from "#server/domain/places.ts";
import { currentPlaces, requireActor } from "../_session.ts";
import { Prefetched } from "../_trpc/server.tsx";
import { Shell } from "./_shell/shell.tsx";

/** Draws the frame. Each page asks `requireActor` again with its permission: a layout is not run at every navigation. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const { actor, user, tenant } = await requireActor();
  return (
    // Above every screen, which would jump if it came later.
    <Prefetched
      prefetch={(client, trpc) =>
        tenant.mode === "trial" ? [client.prefetchQuery(trpc.promotion.trial.queryOptions())] : []
      }
    >
      <Shell
        user={{ name: user.name, email: user.email }}
        role={actor.role}
        tenant={{ id: tenant.id, name: tenant.name, mode: tenant.mode }}
        place={teamPlace(tenant.id)}
        places={await currentPlaces()}
        permissions={permissionsOf(actor.role)}
      >
        {children}
      </Shell>
    </Prefetched>
  );
}

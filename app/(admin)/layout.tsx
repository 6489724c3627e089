import type { ReactNode } from "react";
import { permissionsOf } from "#server/auth/permissions.ts";
import { teamPlace } from "#server/domain/places.ts";
import { currentPlaces, requireActor } from "../_session.ts";
import { Shell } from "./_shell/shell.tsx";

/** Draws the frame. Each page asks `requireActor` again with its permission: a layout is not run at every navigation. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const { actor, user, tenant } = await requireActor();
  return (
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
  );
}

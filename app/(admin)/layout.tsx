import type { ReactNode } from "react";
import { permissionsOf } from "#server/auth/permissions.ts";
import { requireActor } from "../_session.ts";
import { Shell } from "./_shell/shell.tsx";

/** Draws the frame. Each page asks `requireActor` again with its permission: a layout is not run at every navigation. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const { actor, user, tenant, tenants } = await requireActor();
  const choice = ({ id, name, mode }: typeof tenant) => ({ id, name, mode });
  return (
    <Shell
      user={{ name: user.name, email: user.email }}
      role={actor.role}
      tenant={choice(tenant)}
      tenants={tenants.map(choice)}
      permissions={permissionsOf(actor.role)}
    >
      {children}
    </Shell>
  );
}

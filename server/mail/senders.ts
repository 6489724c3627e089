import { INSTALLATION } from "#server/domain/installation.ts";
import type { Database } from "#server/platform/database.ts";
import { SIGNET_ACCENT } from "./render.ts";
import type { Sender } from "./template.ts";

/** Who a tenant's mails are from, as it calls itself now. */
export async function readSender(
  { database, portalUrl }: { database: Database; portalUrl: string },
  tenantId: string,
): Promise<Sender> {
  const tenant =
    tenantId === INSTALLATION
      ? null
      : await database.prisma.tenant.findUnique({
          where: { id: tenantId },
          select: { name: true, accent: true, supportEmail: true },
        });
  return {
    name: tenant?.name ?? "Signet",
    accent: tenant?.accent ?? SIGNET_ACCENT,
    supportEmail: tenant?.supportEmail ?? null,
    portalUrl: portalUrl.replace(/\/+$/, ""),
  };
}

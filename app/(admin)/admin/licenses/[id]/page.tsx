import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { joinUrl } from "../../../../_join-url.ts";
import { requireActor } from "../../../../_session.ts";
import { asked, Prefetched } from "../../../../_trpc/server.tsx";
import { LicenseScreen } from "./license-screen.tsx";

interface Props {
  params: Promise<{ id: string }>;
}

function licenseOf(id: string) {
  return asked((client, trpc) => client.fetchQuery(trpc.license.get.queryOptions({ id })));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { id } = await params;
  const license = await licenseOf(id);
  return { title: license === undefined ? "License" : `${license.keyHint} · ${license.customer.name}` };
}

export default async function LicensePage({ params }: Props) {
  const { actor, tenant } = await requireActor("license:read");
  const { id } = await params;
  const license = await licenseOf(id);
  const may = (permission: Parameters<typeof allows>[1]) => allows(actor.role, permission);
  return (
    <Prefetched
      prefetch={(client, trpc) =>
        license === undefined
          ? []
          : [
              client.prefetchQuery(trpc.product.get.queryOptions({ id: license.product.id })),
              client.prefetchQuery(trpc.policy.get.queryOptions({ id: license.policy.id })),
              client.prefetchQuery(trpc.seat.pools.queryOptions({ licenseId: license.id, limit: 1 })),
              client.prefetchQuery(trpc.balance.list.queryOptions({ licenseId: license.id, limit: 100 })),
            ]
      }
    >
      <LicenseScreen
        id={id}
        joinUrl={joinUrl(tenant)}
        may={{
          issue: may("license:issue"),
          suspend: may("license:suspend"),
          revoke: may("license:revoke"),
          reveal: may("license:reveal"),
        }}
      />
    </Prefetched>
  );
}

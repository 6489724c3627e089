import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { requireActor } from "../../../../_session.ts";
import { asked, Prefetched } from "../../../../_trpc/server.tsx";
import { LicenseScreen } from "./license-screen.tsx";

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { id } = await params;
  const license = await asked((client, trpc) => client.fetchQuery(trpc.license.get.queryOptions({ id })));
  return { title: license === undefined ? "License" : `${license.keyHint} · ${license.customer.name}` };
}

export default async function LicensePage({ params }: Props) {
  const { actor } = await requireActor("license:read");
  const { id } = await params;
  const may = (permission: Parameters<typeof allows>[1]) => allows(actor.role, permission);
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.license.get.queryOptions({ id }))]}>
      <LicenseScreen
        id={id}
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

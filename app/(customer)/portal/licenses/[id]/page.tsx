import type { Metadata } from "next";
import { customerAllows } from "#server/auth/permissions.ts";
import { requireCustomer } from "../../../../_session.ts";
import { asked, Prefetched } from "../../../../_trpc/server.tsx";
import { OwnLicenseScreen } from "./own-license-screen.tsx";

type Params = Promise<{ id: string }>;

export async function generateMetadata({ params }: { params: Params }): Promise<Metadata> {
  const { id } = await params;
  const license = await asked((client, trpc) =>
    client.fetchQuery(trpc.portal.license.get.queryOptions({ id })),
  );
  return { title: license === undefined ? "License" : `${license.product}, ${license.keyHint}` };
}

export default async function OwnLicensePage({ params }: { params: Params }) {
  const { role, tenant } = await requireCustomer();
  const { id } = await params;
  return (
    <Prefetched
      prefetch={(client, trpc) => [client.prefetchQuery(trpc.portal.license.get.queryOptions({ id }))]}
    >
      <OwnLicenseScreen
        id={id}
        vendorName={tenant.name}
        mayReveal={customerAllows(role, "license:reveal")}
        mayDeactivate={customerAllows(role, "device:deactivate")}
      />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { AccountScreen } from "../../../_account/account-screen.tsx";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";

export const metadata: Metadata = { title: "Your account" };

export default async function AccountPage() {
  const { lacksTwoFactor, tenant } = await requireActor();
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.account.get.queryOptions()),
        ...(lacksTwoFactor ? [] : [client.prefetchQuery(trpc.team.digest.queryOptions())]),
      ]}
    >
      <AccountScreen {...(lacksTwoFactor ? { requiredBy: tenant.name } : { staffOf: tenant.name })} />
    </Prefetched>
  );
}

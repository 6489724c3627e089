import type { Metadata } from "next";
import { AccountScreen } from "../../../_account/account-screen.tsx";
import { requireCustomer } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";

export const metadata: Metadata = { title: "Your account" };

export default async function CustomerAccountPage() {
  await requireCustomer();
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.account.get.queryOptions())]}>
      <AccountScreen />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { requireCustomer } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { PreferencesScreen } from "./preferences-screen.tsx";

export const metadata: Metadata = { title: "E-mail preferences" };

export default async function PreferencesPage() {
  const { tenant, user, role, customerName } = await requireCustomer();
  return (
    <Prefetched
      prefetch={(client, trpc) => [client.prefetchQuery(trpc.portal.mailPreferences.queryOptions())]}
    >
      <PreferencesScreen
        vendorName={tenant.name}
        customerName={customerName}
        email={user.email}
        isManager={role === "manager"}
      />
    </Prefetched>
  );
}

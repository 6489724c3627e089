import type { Metadata } from "next";
import { customerAllows } from "#server/auth/permissions.ts";
import { publicId } from "#server/domain/ids.ts";
import { joinUrl } from "../../../_join-url.ts";
import { requireCustomer } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { PeopleScreen } from "./people-screen.tsx";

export const metadata: Metadata = { title: "People" };

export default async function OwnPeoplePage() {
  const { role, userId, customerName, tenant } = await requireCustomer();
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.portal.people.list.queryOptions()),
        client.prefetchQuery(trpc.portal.people.invitations.queryOptions()),
      ]}
    >
      <PeopleScreen
        customerName={customerName}
        joinUrl={joinUrl(tenant)}
        self={publicId("user", userId)}
        mayWrite={customerAllows(role, "people:write")}
      />
    </Prefetched>
  );
}

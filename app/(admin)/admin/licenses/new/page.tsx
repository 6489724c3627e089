import type { Metadata } from "next";
import type { SearchParams } from "../../../../_components/table-url.ts";
import { requireActor } from "../../../../_session.ts";
import { Prefetched } from "../../../../_trpc/server.tsx";
import { IssueScreen } from "./issue-screen.tsx";

export const metadata: Metadata = { title: "Issue license" };

/** `?customerId=` and `?policyId=` are chosen already. */
export default async function IssuePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requireActor("license:issue");
  const { customerId, policyId } = await searchParams;
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.policy.list.queryOptions())]}>
      <IssueScreen
        customerId={typeof customerId === "string" ? customerId : null}
        policyId={typeof policyId === "string" ? policyId : null}
      />
    </Prefetched>
  );
}

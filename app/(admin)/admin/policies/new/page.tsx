import type { Metadata } from "next";
import type { SearchParams } from "../../../../_components/table-url.ts";
import { requireActor } from "../../../../_session.ts";
import { Prefetched } from "../../../../_trpc/server.tsx";
import { NewPolicy } from "./new-policy.tsx";

export const metadata: Metadata = { title: "New policy" };

export default async function NewPolicyPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requireActor("policy:write");
  const { product, from } = await searchParams;
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.product.list.queryOptions())]}>
      <NewPolicy
        productId={typeof product === "string" ? product : undefined}
        fromId={typeof from === "string" ? from : undefined}
      />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { ProductsScreen } from "./products-screen.tsx";

export const metadata: Metadata = { title: "Products" };

export default async function ProductsPage() {
  const { actor } = await requireActor("product:read");
  return (
    <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.product.list.queryOptions())]}>
      <ProductsScreen mayWrite={allows(actor.role, "product:write")} />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { allows } from "#server/auth/permissions.ts";
import { SignetError } from "#server/domain/errors.ts";
import { storedId } from "#server/domain/ids.ts";
import { addresses, server } from "../../../../_server.ts";
import { requireActor } from "../../../../_session.ts";
import { Prefetched } from "../../../../_trpc/server.tsx";
import { ProductScreen } from "./product-screen.tsx";

interface Props {
  readonly params: Promise<{ id: string }>;
}

const readProduct = cache(async (publicId: string) => {
  const { actor } = await requireActor("product:read");
  const id = storedId("product", publicId);
  if (id === undefined) notFound();
  try {
    return await server().products.get(actor, id);
  } catch (error) {
    if (error instanceof SignetError && error.code === "not_found") notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { name } = await readProduct((await params).id);
  return { title: name };
}

export default async function ProductPage({ params }: Props) {
  const { id } = await params;
  const { actor } = await requireActor("product:read");
  await readProduct(id);
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.product.get.queryOptions({ id })),
        client.prefetchQuery(trpc.product.sdk.queryOptions({ id })),
        client.prefetchQuery(trpc.policy.list.queryOptions({ productId: id })),
      ]}
    >
      <ProductScreen
        id={id}
        addresses={addresses()}
        mayWrite={allows(actor.role, "product:write")}
        mayWritePolicies={allows(actor.role, "policy:write")}
      />
    </Prefetched>
  );
}

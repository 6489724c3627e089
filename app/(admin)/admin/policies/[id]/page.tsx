import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { allows } from "#server/auth/permissions.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId, storedId } from "#server/domain/ids.ts";
import { server } from "../../../../_server.ts";
import { requireActor } from "../../../../_session.ts";
import { Prefetched } from "../../../../_trpc/server.tsx";
import { PolicyScreen } from "./policy-screen.tsx";

interface Props {
  readonly params: Promise<{ id: string }>;
}

const readPolicy = cache(async (id: string) => {
  const { actor } = await requireActor("policy:read");
  const uuid = storedId("policy", id);
  if (uuid === undefined) notFound();
  try {
    return await server().policies.get(actor, uuid);
  } catch (error) {
    if (error instanceof SignetError && error.code === "not_found") notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { name } = await readPolicy((await params).id);
  return { title: name };
}

export default async function PolicyPage({ params }: Props) {
  const { id } = await params;
  const { actor } = await requireActor("policy:read");
  const { product } = await readPolicy(id);
  const productId = publicId("product", product.id);
  return (
    <Prefetched
      prefetch={(client, trpc) => [
        client.prefetchQuery(trpc.policy.get.queryOptions({ id })),
        client.prefetchQuery(trpc.product.get.queryOptions({ id: productId })),
      ]}
    >
      <PolicyScreen
        id={id}
        productId={productId}
        mayWrite={allows(actor.role, "policy:write")}
        mayPublish={allows(actor.role, "policy:publish")}
      />
    </Prefetched>
  );
}

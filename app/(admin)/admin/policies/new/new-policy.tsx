"use client";

import { Card } from "@mantine/core";
import { IconBox } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { LinkButton } from "../../../../_components/links.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { PolicyForm } from "./policy-form.tsx";

export function NewPolicy({
  productId,
  fromId,
}: {
  productId: string | undefined;
  fromId: string | undefined;
}) {
  const trpc = useTRPC();
  const products = useQuery(trpc.product.list.queryOptions());
  const from = useQuery({
    ...trpc.policy.get.queryOptions({ id: fromId ?? "" }),
    enabled: fromId !== undefined,
  });
  const waiting = products.data === undefined || (fromId !== undefined && from.data === undefined);
  const failed = [products, from].find(({ data, error }) => data === undefined && error);

  function body() {
    if (failed !== undefined) {
      return <ErrorState error={failed.error} retry={() => failed.refetch()} busy={failed.isFetching} />;
    }
    if (waiting || products.data === undefined) return <TableSkeleton columns={2} rows={6} />;
    const open = products.data.filter(({ archivedAt }) => archivedAt === null);
    const [only] = open;
    if (only === undefined) {
      return (
        <EmptyState
          icon={IconBox}
          title="First a product, then its terms"
          action={<LinkButton href="/admin/products/new">Create a product</LinkButton>}
        >
          A policy belongs to a product. Name what you sell first.
        </EmptyState>
      );
    }
    const chosen = open.find(({ id }) => id === productId) ?? (open.length === 1 ? only : undefined);
    return <PolicyForm products={open} productId={chosen?.id} from={from.data} />;
  }

  return (
    <>
      <PageHeader
        title="New policy"
        description="It begins as a draft: you look through every rule before anything is published."
        crumbs={[{ label: "Policies", href: "/admin/policies" }]}
      />
      <Card maw={860}>{body()}</Card>
    </>
  );
}

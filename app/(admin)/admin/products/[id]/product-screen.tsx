"use client";

import { Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import { useTab } from "../../../../_components/use-tab.ts";
import type { Addresses } from "../../../../_server.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { DownloadsTab } from "./downloads-tab.tsx";
import { FeaturesTab } from "./features-tab.tsx";
import { IntegrateTab } from "./integrate-tab.tsx";
import { MetersTab } from "./meters-tab.tsx";
import { PoliciesTab } from "./policies-tab.tsx";
import { ProductHeader } from "./product-header.tsx";

/** Narrow on a phone, where they stand in two rows. */
const TAB_PADDING = { base: 12, xs: "md" };
const TABS = ["features", "meters", "policies", "integrate", "downloads"] as const;

export function ProductScreen({
  id,
  addresses,
  mayWrite,
  mayWritePolicies,
}: {
  id: string;
  addresses: Addresses;
  mayWrite: boolean;
  mayWritePolicies: boolean;
}) {
  const trpc = useTRPC();
  const product = useQuery(trpc.product.get.queryOptions({ id }));
  const policies = useQuery(trpc.policy.list.queryOptions({ productId: id }));
  const [tab, setTab] = useTab(TABS);

  if (product.data === undefined) {
    if (!product.error) return <TableSkeleton columns={3} rows={6} />;
    return <ErrorState error={product.error} retry={() => product.refetch()} busy={product.isFetching} />;
  }
  const { features, meters, archivedAt } = product.data;
  const mayChange = mayWrite && archivedAt === null;
  return (
    <>
      <ProductHeader product={product.data} mayWrite={mayWrite} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <CountedTab value="features" label="Features" count={features.length} />
          <CountedTab value="meters" label="Meters" count={meters.length} />
          <CountedTab value="policies" label="Policies" count={policies.data?.length} />
          <Tabs.Tab value="integrate" px={TAB_PADDING}>
            Integrate
          </Tabs.Tab>
          <Tabs.Tab value="downloads" px={TAB_PADDING}>
            Downloads
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="features">
          <FeaturesTab productId={id} features={features} mayWrite={mayChange} />
        </Tabs.Panel>
        <Tabs.Panel value="meters">
          <MetersTab productId={id} meters={meters} mayWrite={mayChange} />
        </Tabs.Panel>
        <Tabs.Panel value="policies">
          <PoliciesTab productId={id} query={policies} mayWrite={mayWritePolicies && archivedAt === null} />
        </Tabs.Panel>
        <Tabs.Panel value="downloads">
          <DownloadsTab productId={id} mayWrite={mayChange} />
        </Tabs.Panel>
        <Tabs.Panel value="integrate">
          <IntegrateTab productId={id} addresses={addresses} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function CountedTab({ value, label, count }: { value: string; label: string; count: number | undefined }) {
  return (
    <Tabs.Tab value={value} px={TAB_PADDING}>
      {label}{" "}
      {count !== undefined && count > 0 && (
        <Text span fz="xs" c="dimmed" className="tabular" visibleFrom="xs">
          {count}
        </Text>
      )}
    </Tabs.Tab>
  );
}

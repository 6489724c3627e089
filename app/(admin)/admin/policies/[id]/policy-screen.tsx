"use client";

import { Card, Stack, Tabs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { PolicyRules } from "#server/domain/policy.ts";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import { useTab } from "../../../../_components/use-tab.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { Catalog } from "../_rules/editable.ts";
import { RulesView } from "../_rules/rules-view.tsx";
import { Sentence } from "../_rules/sentence.tsx";
import { Suggestions } from "../_rules/suggestions.tsx";
import { ImpactTab } from "./impact-tab.tsx";
import type { PolicyData } from "./policy-data.ts";
import { PolicyHeader } from "./policy-header.tsx";
import { RulesEditor } from "./rules-editor.tsx";
import { VersionsTab } from "./versions-tab.tsx";

const TABS = ["rules", "impact", "versions"] as const;

export function PolicyScreen({
  id,
  productId,
  mayWrite,
  mayPublish,
}: {
  id: string;
  productId: string;
  mayWrite: boolean;
  mayPublish: boolean;
}) {
  const trpc = useTRPC();
  const policy = useQuery(trpc.policy.get.queryOptions({ id }));
  const product = useQuery(trpc.product.get.queryOptions({ id: productId }));
  const [tab, setTab] = useTab(TABS);

  const failed = [policy, product].find(({ data, error }) => data === undefined && error);
  if (failed !== undefined) {
    return <ErrorState error={failed.error} retry={() => failed.refetch()} busy={failed.isFetching} />;
  }
  if (policy.data === undefined || product.data === undefined) return <TableSkeleton columns={3} rows={8} />;
  const rules = policy.data.draft ?? policy.data.versions[0]?.rules;
  const mayEdit = mayWrite && mayPublish && policy.data.archivedAt === null;
  return (
    <>
      <PolicyHeader policy={policy.data} mayWrite={mayWrite} />
      {/* Kept mounted, so that looking at the versions does not lose what is being typed. */}
      <Tabs value={tab} onChange={setTab} keepMounted>
        <Tabs.List mb="md">
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="impact">Impact</Tabs.Tab>
          <Tabs.Tab value="versions">
            Versions{" "}
            {policy.data.versions.length > 0 && (
              <Text span fz="xs" c="dimmed" className="tabular">
                {policy.data.versions.length}
              </Text>
            )}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="rules">
          {rules !== undefined && mayEdit && (
            <RulesEditor policy={policy.data} initial={rules} catalog={product.data} />
          )}
          {rules !== undefined && !mayEdit && (
            <>
              {policy.data.archivedAt === null && (
                <Suggestions id={id} title="Suggestions" mayWrite={false} />
              )}
              <ReadOnlyRules policy={policy.data} rules={rules} catalog={product.data} />
            </>
          )}
        </Tabs.Panel>
        {/* Asked for only when it is looked at: it reads thousands of decisions. */}
        <Tabs.Panel value="impact">
          {tab === "impact" && (
            <ImpactTab policy={policy.data} toDraft={mayEdit ? () => setTab("rules") : undefined} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <VersionsTab policy={policy.data} catalog={product.data} mayMove={mayPublish} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** For those who may not change it, and for what is archived. */
function ReadOnlyRules({
  policy: { versions, draft, archivedAt },
  rules,
  catalog,
}: {
  policy: PolicyData;
  rules: PolicyRules;
  catalog: Catalog;
}) {
  const number = versions[0]?.number;
  const which = draft === null ? `Version ${number ?? 1}` : `Draft of version ${(number ?? 0) + 1}`;
  return (
    <Card>
      <Stack gap="md">
        <Title order={2} fz="h3">
          {which}
        </Title>
        {archivedAt !== null && (
          <Text fz="sm" c="dimmed">
            This policy is archived: its licenses go on, and no new one is issued. Restore it to change it.
          </Text>
        )}
        <Sentence rules={rules} catalog={catalog} size="md" />
        <RulesView rules={rules} catalog={catalog} />
      </Stack>
    </Card>
  );
}

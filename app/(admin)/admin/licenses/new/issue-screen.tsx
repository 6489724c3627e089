"use client";

import { Card, Skeleton, Stack } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { LinkButton } from "../../../../_components/links.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { IssueForm } from "./issue-form.tsx";
import { type Issued, IssuedKeys } from "./issued-keys.tsx";

const CRUMBS = [{ label: "Licenses", href: "/admin/licenses" }];

export function IssueScreen({
  customerId,
  policyId,
}: {
  customerId: string | null;
  policyId: string | null;
}) {
  const trpc = useTRPC();
  const policies = useQuery(trpc.policy.list.queryOptions());
  const [issued, setIssued] = useState<Issued>();
  const open = policies.data?.filter(
    ({ newestVersion, archivedAt }) => newestVersion !== null && archivedAt === null,
  );

  function body() {
    if (issued !== undefined) return <IssuedKeys issued={issued} again={() => setIssued(undefined)} />;
    if (policies.error && open === undefined) {
      return (
        <Card>
          <ErrorState error={policies.error} retry={() => policies.refetch()} busy={policies.isFetching} />
        </Card>
      );
    }
    if (open === undefined) return <FormSkeleton />;
    if (open.length === 0) {
      return (
        <Card>
          <EmptyState
            icon={IconScale}
            title="Publish a policy first"
            action={<LinkButton href="/admin/policies">Go to policies</LinkButton>}
          >
            A license is issued under a published policy, which says how long it lasts, on how many devices,
            and with which features.
          </EmptyState>
        </Card>
      );
    }
    return <IssueForm policies={open} customerId={customerId} policyId={policyId} onIssued={setIssued} />;
  }

  return (
    <>
      <PageHeader
        title="Issue license"
        crumbs={CRUMBS}
        description="Choose who gets it and under which policy; you see what that grants before you issue."
      />
      {body()}
    </>
  );
}

function FormSkeleton() {
  return (
    <Card role="status" aria-label="Loading">
      <Stack gap="lg" maw="36rem">
        {[1, 2, 3].map((row) => (
          <Stack key={row} gap={8}>
            <Skeleton height={12} width="20%" />
            <Skeleton height={36} />
          </Stack>
        ))}
      </Stack>
    </Card>
  );
}

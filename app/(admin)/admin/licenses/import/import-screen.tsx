"use client";

import { Card, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { ImportColumnName } from "#server/domain/license-import.ts";
import { describeFailure } from "../../../../_components/failure.ts";
import { FormFailure } from "../../../../_components/form.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { MappingCard } from "./mapping-card.tsx";
import { ProblemsCard } from "./problems-card.tsx";
import { RecentCard } from "./recent-card.tsx";
import type { Source } from "./report.ts";
import { SourceCard } from "./source-card.tsx";
import { SumsCard } from "./sums-card.tsx";

const CRUMBS = [{ label: "Licenses", href: "/admin/licenses" }];

/** What decides what a file comes to, besides itself. */
interface Choices {
  readonly mapping: Partial<Record<ImportColumnName, number | null>>;
  readonly policyId: string | null;
}

/** From a file to licenses: it is read, said in numbers and problems what it comes to, and only then issued. */
export function ImportScreen() {
  const trpc = useTRPC();
  const router = useRouter();
  const [source, setSource] = useState<Source>();
  const [choices, setChoices] = useState<Choices>({ mapping: {}, policyId: null });
  const check = useMutation(trpc.licenseBatch.check.mutationOptions());
  const begin = useMutation(
    trpc.licenseBatch.importFile.mutationOptions({
      onSuccess: ({ id }) => router.push(`/admin/licenses/batches/${id}`),
    }),
  );
  const report = source === undefined ? undefined : check.data;
  const failure = begin.error ?? check.error;

  function read(next: Source, changed: Choices) {
    setSource(next);
    setChoices(changed);
    begin.reset();
    check.mutate({ csv: next.csv, ...changed });
  }

  function startOver() {
    setSource(undefined);
    check.reset();
    begin.reset();
  }

  return (
    <>
      <PageHeader
        title="Import licenses"
        crumbs={CRUMBS}
        description="Issues a license for each row of a table, and adds the customers that you do not have yet."
      />
      <Stack gap="lg">
        {failure !== null && <FormFailure failure={describeFailure(failure)} />}
        {source === undefined || (report === undefined && check.error !== null) ? (
          <SourceCard
            busy={check.isPending}
            onSource={(next) => read(next, { mapping: {}, policyId: null })}
          />
        ) : report === undefined ? (
          <Card role="status">
            <Text>Reading {source.name} …</Text>
          </Card>
        ) : (
          <>
            <MappingCard
              source={source}
              report={report}
              policyId={choices.policyId}
              busy={check.isPending}
              onChange={(change) => read(source, { ...choices, ...change })}
              onStartOver={startOver}
            />
            {report.missing.length === 0 && (
              <SumsCard
                report={report}
                busy={begin.isPending || begin.isSuccess}
                stale={check.isPending}
                onImport={(leaveOutBad) =>
                  begin.mutate({
                    csv: source.csv,
                    fileName: source.name,
                    ...choices,
                    leaveOutBad,
                    copy: report.copy,
                  })
                }
              />
            )}
            {report.problems.length > 0 && <ProblemsCard report={report} />}
          </>
        )}
        {source === undefined && <RecentCard />}
      </Stack>
    </>
  );
}

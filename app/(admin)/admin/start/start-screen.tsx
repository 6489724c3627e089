"use client";

import { Card, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorState } from "../../../_components/error-state.tsx";
import { TextLink } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import type { Addresses } from "../../../_server.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ChooseStep } from "./choose-step.tsx";
import { DraftStep } from "./draft-step.tsx";
import { FirstUseSignal } from "./first-use.tsx";
import { nameOfKind } from "./kinds.ts";
import { ProgramStep } from "./program-step.tsx";
import type { Start } from "./start.ts";
import { StepCard } from "./step-card.tsx";

/** From nothing to a program that runs. Where it stands is what exists, so that anybody of the team goes on with it. */
export function StartScreen({ tenantName, addresses }: { tenantName: string; addresses: Addresses }) {
  const trpc = useTRPC();
  const start = useQuery(trpc.start.get.queryOptions());
  return (
    <>
      <PageHeader
        title="Get started"
        description={`From nothing to the first program that ${tenantName} has licensed: four steps, a few minutes.`}
      />
      {start.data === undefined ? (
        <Card padding={start.error ? "lg" : 0}>
          {start.error ? (
            <ErrorState error={start.error} retry={() => start.refetch()} busy={start.isFetching} />
          ) : (
            <TableSkeleton columns={2} rows={5} />
          )}
        </Card>
      ) : (
        <Steps start={start.data} addresses={addresses} />
      )}
    </>
  );
}

function Steps({ start, addresses }: { start: Start | null; addresses: Addresses }) {
  // Held by this page only: the server shows a key when it is issued, and later when it is asked for.
  const [licenseKey, setLicenseKey] = useState<string>();
  const license = start?.license ?? null;
  const isUsed = license?.firstUse !== undefined && license.firstUse !== null;
  const stateOf = (isDone: boolean, isNext: boolean) => (isDone ? "done" : isNext ? "current" : "later");
  return (
    <Stack gap="md" maw={860}>
      <StepCard
        number={1}
        title="Choose what you sell"
        state={stateOf(start !== null, true)}
        summary={
          start && (
            <>
              {nameOfKind(start.kind)}:{" "}
              <TextLink href={`/admin/products/${start.product.id}`} fz="sm" underline="always">
                {start.product.name}
              </TextLink>
            </>
          )
        }
      >
        {start === null && <ChooseStep />}
      </StepCard>
      <StepCard
        number={2}
        title="Read what a customer may do"
        state={stateOf(license !== null, start !== null)}
        summary={
          start &&
          license && (
            <>
              <TextLink href={`/admin/policies/${start.policy.id}`} fz="sm" underline="always">
                {start.policy.name}
              </TextLink>{" "}
              is published, and{" "}
              <TextLink href={`/admin/licenses/${license.id}`} fz="sm" underline="always">
                {license.customer.name}
              </TextLink>{" "}
              has the first license.
            </>
          )
        }
      >
        {start !== null && license === null && <DraftStep start={start} onIssued={setLicenseKey} />}
      </StepCard>
      <StepCard
        number={3}
        title="Put this into a program, and run it"
        state={stateOf(isUsed, license !== null)}
        summary={isUsed ? "It ran." : undefined}
      >
        {start !== null && license !== null && (!isUsed || licenseKey !== undefined) && (
          <ProgramStep
            start={start}
            license={license}
            licenseKey={licenseKey}
            onRevealed={setLicenseKey}
            addresses={addresses}
          />
        )}
      </StepCard>
      <StepCard number={4} title="See it work" state={stateOf(isUsed, license !== null)}>
        {license !== null && <FirstUseSignal license={license} />}
      </StepCard>
    </Stack>
  );
}

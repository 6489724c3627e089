"use client";

import { Alert, Button, Checkbox, Group, MultiSelect, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { countOf, formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { CustomerSelect } from "../../customers/customer-select.tsx";
import { licenseCount } from "../_rules/license-count.ts";
import { ImpactLines } from "./impact-summary.tsx";
import { movingCount } from "./impact-words.ts";
import { LicenseChoice } from "./license-choice.tsx";
import type { PolicyData, VersionData } from "./policy-data.ts";
import { type MoveChoice, type MoveProgress, useMove } from "./use-move.ts";

const LEFT_SHOWN_MAX = 20;

/** Which licenses move, what that would do to them, and how far it has come. */
export function MoveForm({
  policy,
  to,
  others,
  close,
}: {
  policy: PolicyData;
  to: VersionData;
  others: readonly VersionData[];
  close: () => void;
}) {
  const trpc = useTRPC();
  const [versions, setVersions] = useState<string[]>([]);
  const [customer, setCustomer] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string[]>([]);
  const [plainOnly, setPlainOnly] = useState(false);
  const { progress, start, stop } = useMove(policy.id, to.id);
  const choice: MoveChoice = {
    ...(versions.length === 0 ? {} : { fromVersionIds: versions }),
    ...(customer === null ? {} : { customerId: customer }),
    ...(chosen.length === 0 ? {} : { licenseIds: chosen }),
    ...(plainOnly ? { withoutOwnTerms: true } : {}),
  };
  const impact = useQuery(
    trpc.policy.impact.queryOptions(
      { policyId: policy.id, versionId: to.id, ...choice },
      { enabled: progress === undefined, placeholderData: keepPreviousData },
    ),
  );
  const moving = impact.data?.licenses.moving ?? 0;
  if (progress !== undefined) {
    return <Moving progress={progress} expected={moving} to={to.number} stop={stop} close={close} />;
  }
  return (
    <Stack gap="md">
      <Text fz="sm">
        Their end and what they have of their own stay; everything else is as version {to.number} says, from
        their next request on.
      </Text>
      <MultiSelect
        label="From"
        placeholder={versions.length === 0 ? "Every other version" : ""}
        data={others.map(({ id, number, licenses }) => ({
          value: id,
          label: `Version ${number} (${licenseCount(licenses)})`,
        }))}
        value={versions}
        onChange={setVersions}
        clearable
      />
      <CustomerSelect
        label="Customer"
        placeholder="Every customer"
        value={customer}
        onChange={setCustomer}
        clearable
      />
      <LicenseChoice policyId={policy.id} value={chosen} onChange={setChosen} />
      <Checkbox
        label="Leave out licenses that have terms of their own"
        checked={plainOnly}
        onChange={(event) => setPlainOnly(event.currentTarget.checked)}
      />
      <section aria-label="Impact">
        <Text fz="sm" fw={600} mb={4}>
          What it would do
        </Text>
        <ImpactLines impact={impact.data} error={impact.error} />
      </section>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={close} data-autofocus>
          Cancel
        </Button>
        <Button disabled={moving === 0 || impact.isFetching} onClick={() => void start(choice)}>
          {impact.data === undefined || moving === 0
            ? "Move licenses"
            : `Move ${movingCount(impact.data.licenses)} ${moving === 1 ? "license" : "licenses"}`}
        </Button>
      </Group>
    </Stack>
  );
}

function Moving({
  progress: { moved, left, state, failure },
  expected,
  to,
  stop,
  close,
}: {
  progress: MoveProgress;
  expected: number;
  to: number;
  stop: () => void;
  close: () => void;
}) {
  const share = state === "done" ? 100 : Math.min(99, (moved / Math.max(1, expected)) * 100);
  return (
    <Stack gap="md" aria-live="polite">
      <Progress value={share} size="lg" animated={state === "running"} aria-label="Moved" />
      {state === "done" ? (
        <Alert color="petrol" icon={<IconCircleCheck size={18} />}>
          {countOf(moved, "license")} moved to version {to}.
        </Alert>
      ) : (
        <Text fz="sm">
          {formatNumber(moved)} moved to version {to}
          {state === "running"
            ? " so far …"
            : ". The others stay where they are; moving again goes on with them."}
        </Text>
      )}
      {failure !== undefined && (
        <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
          {failure}
        </Alert>
      )}
      {left.length > 0 && (
        <Text fz="sm" component="div">
          {countOf(left.length, "license")} had to stay:
          <ul>
            {left.slice(0, LEFT_SHOWN_MAX).map(({ licenseId, reason }) => (
              <li key={licenseId}>
                <TextLink href={`/admin/licenses/${licenseId}`} fz="sm">
                  {`lic_…${licenseId.slice(-6)}`}
                </TextLink>{" "}
                {reason}
              </li>
            ))}
          </ul>
        </Text>
      )}
      <Group justify="flex-end">
        {state === "running" ? (
          <Button variant="default" onClick={stop}>
            Stop
          </Button>
        ) : (
          <Button onClick={close}>Close</Button>
        )}
      </Group>
    </Stack>
  );
}

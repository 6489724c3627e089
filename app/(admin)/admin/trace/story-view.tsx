"use client";

import { Card, Code, Grid, GridCol, Group, Stack, Text, Title } from "@mantine/core";
import { IconBan, IconCoins, IconDeviceDesktop, IconUser } from "@tabler/icons-react";
import { changeTitle, decisionTitle, subjectTitle } from "../../../_components/event-words.ts";
import { formatNumber } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../_components/status-badge.tsx";
import { Moment, Timeline } from "../../../_components/timeline.tsx";
import { IdLink } from "../audit/subject-link.tsx";
import { Facts } from "./facts.tsx";
import type { Step, Story } from "./story.ts";

/** Every step in order, and beside it the tickets and seats that they were about. */
export function StoryView({ story: { steps, tickets, leases, since, unsearched } }: { story: Story }) {
  const hasThings = tickets.length + leases.length > 0;
  return (
    <Grid gap="lg">
      <GridCol span={{ base: 12, md: hasThings ? 8 : 12 }}>
        <Card component="section" aria-label="Story">
          {since !== null && (
            <Text fz="sm" c="dimmed" mb="md">
              What happened before <RelativeTime at={since} /> is left out.
            </Text>
          )}
          {unsearched !== null && <Unsearched {...unsearched} />}
          <Timeline>
            {steps.map((step, index) => (
              <StepMoment key={keyOf(step, index)} step={step} />
            ))}
          </Timeline>
        </Card>
      </GridCol>
      {hasThings && (
        <GridCol span={{ base: 12, md: 4 }}>
          <Stack gap="lg">
            {tickets.length > 0 && <Tickets tickets={tickets} />}
            {leases.length > 0 && <Leases leases={leases} />}
          </Stack>
        </GridCol>
      )}
    </Grid>
  );
}

/** Says that refusals, charges and renewals of some time are not looked for. */
function Unsearched({ from, until }: NonNullable<Story["unsearched"]>) {
  return (
    <Text fz="sm" c="dimmed" mb="md">
      The license was busy
      {from !== null && (
        <>
          {" "}
          after <RelativeTime at={from} />
        </>
      )}
      {until !== null && (
        <>
          {" "}
          before <RelativeTime at={until} />
        </>
      )}
      : of that time only how seats and tickets began and ended is told. Follow a request’s id for the rest.
    </Text>
  );
}

function keyOf(step: Step, index: number): string {
  if (step.kind === "decision") return step.decision.id;
  return step.kind === "change" ? `change-${step.change.seq}` : `entry-${index}`;
}

function StepMoment({ step }: { step: Step }) {
  switch (step.kind) {
    case "decision": {
      const { decision, policy, explanation } = step;
      const denied = decision.outcome === "denied";
      return (
        <Moment
          icon={denied ? IconBan : IconDeviceDesktop}
          tone={denied ? "bad" : "good"}
          title={decisionTitle(decision)}
          at={step.at}
          correlationId={decision.correlationId}
        >
          <Text fz="sm" c="var(--mantine-color-text)">
            {explanation}
          </Text>
          <Group gap="4px 14px" fz="xs" mt={2}>
            {decision.code !== null && (
              <TextLink href={`/docs/errors#${decision.code}`} fz="xs">
                {decision.code}
              </TextLink>
            )}
            {policy !== null && (
              <span>
                Policy {policy.code}, version {policy.version}
              </span>
            )}
            {decision.licenseId !== null && (
              <span>
                License <IdLink id={decision.licenseId} />
              </span>
            )}
            <TraceLink correlationId={decision.correlationId} />
          </Group>
          <Facts facts={decision.facts} />
        </Moment>
      );
    }
    case "entry": {
      const { entry } = step;
      return (
        <Moment
          icon={IconCoins}
          tone="neutral"
          title={`Ledger: ${entry.kind}`}
          at={step.at}
          correlationId={entry.correlationId}
        >
          {[
            ...movements(entry),
            `balance ${formatNumber(entry.balance)}`,
            `entry ${formatNumber(entry.entry)}`,
            ...(entry.reason ? [`“${entry.reason}”`] : []),
          ].join(" · ")}
        </Moment>
      );
    }
    case "change": {
      const { change } = step;
      return (
        <Moment
          icon={IconUser}
          tone="neutral"
          title={`${subjectTitle(change.subjectKind)} · ${changeTitle(change.action).toLowerCase()}`}
          at={step.at}
          correlationId={change.correlationId}
        >
          by {authorOf(change)} · <IdLink id={change.subjectId} />
        </Moment>
      );
    }
  }
}

function authorOf({ actor, apiKey }: Extract<Step, { kind: "change" }>["change"]): string {
  if (apiKey !== null) return apiKey.name === null ? "an API key" : `API key ${apiKey.name}`;
  return actor === null ? "Signet" : (actor.name ?? "somebody who has left");
}

function TraceLink({ correlationId }: { correlationId: string }) {
  return (
    <TextLink href={`/admin/trace?q=${encodeURIComponent(correlationId)}`} fz="xs">
      All of this request
    </TextLink>
  );
}

function movements({ granted, reserved, spent }: Extract<Step, { kind: "entry" }>["entry"]): string[] {
  const sums = { granted, reserved, spent };
  return Object.entries(sums).flatMap(([name, sum]) =>
    sum === 0 ? [] : `${name} ${sum > 0 ? "+" : "−"}${formatNumber(Math.abs(sum))}`,
  );
}

function Tickets({ tickets }: Pick<Story, "tickets">) {
  return (
    <Card component="section" aria-label="Tickets">
      <Title order={2} fz="h3" mb="sm">
        Tickets
      </Title>
      <Stack gap="sm">
        {tickets.map(({ id, status, amount, used, expiresAt, endedAt }) => (
          <div key={id}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Code style={{ overflowWrap: "anywhere" }}>{id}</Code>
              <StatusBadge status={status} />
            </Group>
            <Text fz="xs" c="dimmed" component="div">
              {used === null ? formatNumber(amount) : `${formatNumber(used)} of ${formatNumber(amount)} used`}{" "}
              · {endedAt === null ? "ends" : "ended"} <RelativeTime at={endedAt ?? expiresAt} />
            </Text>
          </div>
        ))}
      </Stack>
    </Card>
  );
}

function Leases({ leases }: Pick<Story, "leases">) {
  return (
    <Card component="section" aria-label="Seats">
      <Title order={2} fz="h3" mb="sm">
        Seats
      </Title>
      <Stack gap="sm">
        {leases.map(({ id, slot, holder, grantedAt, ended, overage, borrowed }) => (
          <div key={id}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text fz="sm" fw={600} truncate>
                {holder}
              </Text>
              <StatusBadge status={ended ?? "held"} />
            </Group>
            <Text fz="xs" c="dimmed" component="div">
              Seat {slot}
              {overage && " · overage"}
              {borrowed && " · borrowed"} · since <RelativeTime at={grantedAt} />
            </Text>
          </div>
        ))}
      </Stack>
    </Card>
  );
}

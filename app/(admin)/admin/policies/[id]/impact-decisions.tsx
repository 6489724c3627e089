"use client";

import { Card, Group, Progress, SimpleGrid, Text, Title } from "@mantine/core";
import { denialTitle } from "../../../../_components/event-words.ts";
import { countOf, formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import classes from "./impact.module.css";
import { total, UNTOLD_WORDS } from "./impact-words.ts";
import type { ImpactData } from "./policy-data.ts";

type Decisions = ImpactData["decisions"];

/** Which recorded decisions would have come out differently, by reason, with examples to look at. */
export function ImpactDecisions({ decisions, sample }: { decisions: Decisions; sample: string | undefined }) {
  const { deniedInstead, grantedInstead, otherReason, untold, lookedAt } = decisions;
  return (
    <Card component="section" aria-label="Decisions">
      <Title order={2} fz="h3">
        Decisions of the last 30 days
      </Title>
      <Text fz="sm" c="dimmed" mb="md">
        {lookedAt === 0
          ? "These licenses decided nothing in that time."
          : `${formatNumber(lookedAt)} were made again.`}
        {sample !== undefined && ` ${sample}`}
      </Text>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Turned
          title="Would be refused"
          none="No grant would become a refusal."
          color="red.5"
          differences={deniedInstead}
        />
        <Turned
          title="Would be granted"
          none="No refusal would become a grant."
          color="teal.5"
          differences={grantedInstead}
          refusedWith
        />
      </SimpleGrid>
      {otherReason > 0 && (
        <Text fz="sm" mt="md">
          {countOf(otherReason, "refusal")} would be refused all the same, for another reason.
        </Text>
      )}
      {untold.length > 0 && (
        <Text fz="sm" mt="md" component="div" role="note">
          {formatNumber(total(untold))} cannot be told:
          <ul>
            {untold.map(({ why, count }) => (
              <li key={why}>
                {formatNumber(count)}, because {UNTOLD_WORDS[why]}
              </li>
            ))}
          </ul>
        </Text>
      )}
    </Card>
  );
}

function Turned({
  title,
  none,
  color,
  differences,
  refusedWith = false,
}: {
  title: string;
  none: string;
  color: string;
  differences: Decisions["deniedInstead"];
  refusedWith?: boolean;
}) {
  const most = differences[0]?.count ?? 1;
  return (
    <section aria-label={title}>
      <Group justify="space-between" mb="sm">
        <Title order={3} fz="h4">
          {title}
        </Title>
        <Text fw={600} className="tabular">
          {formatNumber(total(differences))}
        </Text>
      </Group>
      {differences.length === 0 ? (
        <Text fz="sm" c="dimmed">
          {none}
        </Text>
      ) : (
        <ul className={classes.list}>
          {differences.map(({ code, count, examples }) => (
            <li key={code}>
              <Group justify="space-between" gap="xs" wrap="nowrap" mb={4}>
                <Text fz="sm">
                  {refusedWith && "Refused: "}
                  {denialTitle(code)}
                </Text>
                <Text fz="sm" fw={600} className="tabular">
                  {formatNumber(count)}
                </Text>
              </Group>
              <Progress value={(count / most) * 100} size={8} color={color} aria-hidden />
              <Group gap="sm" mt={4}>
                <Text fz="xs" c="dimmed">
                  For example
                </Text>
                {examples.map(({ correlationId, at }) => (
                  <TextLink
                    key={correlationId}
                    href={`/admin/trace?q=${encodeURIComponent(correlationId)}`}
                    fz="xs"
                  >
                    <RelativeTime at={at} />
                  </TextLink>
                ))}
              </Group>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

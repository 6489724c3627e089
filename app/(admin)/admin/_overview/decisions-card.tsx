"use client";

import { Card, Text, Title } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { decisionTitle, denialTitle } from "../../../_components/event-words.ts";
import { TextLink } from "../../../_components/links.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import type { Numbers } from "./numbers.ts";
import classes from "./overview.module.css";

/** What the runtime decided last, each with the license it was about. */
export function DecisionsCard({ decisions }: { decisions: Numbers["decisions"] }) {
  return (
    <Card component="section" aria-label="Latest decisions" h="100%">
      <Title order={2} fz="h3" mb="sm">
        Latest decisions
      </Title>
      {decisions.length === 0 ? (
        <Text fz="sm" c="dimmed">
          No application has asked anything yet. Each time one activates or refreshes a license, what was
          decided and why is shown here.
        </Text>
      ) : (
        <ol className={classes.list}>
          {together(decisions).map(({ decision, times }) => (
            <Decision key={decision.id} decision={decision} times={times} />
          ))}
        </ol>
      )}
    </Card>
  );
}

type One = Numbers["decisions"][number];

/** The same thing several times in a row is told once. */
function together(decisions: readonly One[]): { decision: One; times: number }[] {
  const told: { decision: One; times: number }[] = [];
  for (const decision of decisions) {
    const last = told.at(-1);
    if (last !== undefined && same(last.decision, decision)) last.times += 1;
    else told.push({ decision, times: 1 });
  }
  return told;
}

function same(one: One, other: One): boolean {
  return (
    one.licenseId !== null &&
    one.licenseId === other.licenseId &&
    one.activationId === other.activationId &&
    one.code === other.code &&
    decisionTitle(one) === decisionTitle(other)
  );
}

function Decision({ decision, times }: { decision: One; times: number }) {
  const { outcome, code, at, license, licenseId, deviceName } = decision;
  const Glyph = outcome === "granted" ? IconCheck : IconX;
  return (
    <li className={classes.decision}>
      <span className={classes.outcome} data-outcome={outcome} aria-hidden>
        <Glyph size={13} stroke={2.6} />
      </span>
      <Text fz="sm" fw={600}>
        {decisionTitle(decision)}
        {code !== null && (
          <Text span fz="sm" fw={400}>
            : {denialTitle(code)?.toLowerCase()}
          </Text>
        )}
        {times > 1 && (
          <Text span fz="sm" fw={400} c="dimmed">
            {" "}
            {times} times
          </Text>
        )}
      </Text>
      <Text span fz="xs" c="dimmed">
        <RelativeTime at={at} />
      </Text>
      <Text fz="sm" c="dimmed" component="div" className={classes.about ?? ""}>
        {license !== null && licenseId !== null ? (
          <>
            <TextLink href={`/admin/licenses/${licenseId}`} className={classes.key ?? ""}>
              {license.keyHint}
            </TextLink>
            {` · ${license.customerName}`}
            {deviceName && ` · ${deviceName}`}
          </>
        ) : (
          "No license was recognised"
        )}
      </Text>
    </li>
  );
}

"use client";

import { Card, Group, SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { countOf, formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { StatusBadge } from "../../../../_components/status-badge.tsx";
import classes from "./impact.module.css";
import { movingCount, total } from "./impact-words.ts";
import type { ImpactData } from "./policy-data.ts";

/** Whom a change touches and what would be beyond it, in numbers. */
export function ImpactNumbers({ impact: { licenses, devices, seats, decisions } }: { impact: ImpactData }) {
  const turned = total(decisions.deniedInstead) + total(decisions.grantedInstead);
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        <Figure label="Licenses touched" value={movingCount(licenses)}>
          {licenses.moving === 0
            ? "All are there already, or there is none."
            : licenses.byVersion
                .map(({ number, count }) => `${formatNumber(count)} on version ${number}`)
                .join(", ")}
        </Figure>
        <Figure
          label="Devices over the new limit"
          value={formatNumber(devices.over)}
          warns={devices.over > 0}
        >
          {devices.over === 0
            ? "Every active device fits."
            : `On ${countOf(devices.licenses, "license")}. They go on; no new one joins.`}
        </Figure>
        <Figure
          label="Seats out of service"
          value={formatNumber(seats.outOfService)}
          warns={seats.outOfService > 0}
        >
          {seats.outOfService === 0
            ? "No pool shrinks."
            : `On ${countOf(seats.licenses, "license")}; ${seats.held === 0 ? "none" : formatNumber(seats.held)} held now, until given back.`}
        </Figure>
        <Figure label="Decisions turned" value={formatNumber(turned)} warns={turned > 0}>
          Of {formatNumber(decisions.lookedAt)} in the last 30 days
        </Figure>
      </SimpleGrid>
      {licenses.moving > 0 && (
        <Card component="section" aria-label="Licenses" padding="md">
          <Group gap="xs">
            {licenses.byStatus.map(({ status, count }) => (
              <Group key={status} gap={6}>
                <StatusBadge status={status} />
                <Text fz="sm" className="tabular">
                  {formatNumber(count)}
                </Text>
              </Group>
            ))}
          </Group>
          <Text fz="sm" c="dimmed" mt="xs">
            {licenses.hidden === 0
              ? "None has terms of its own for what changes."
              : `${countOf(licenses.hidden, "license has", "licenses have")} terms of their own for what changes, and keep them.`}
          </Text>
          {licenses.left > 0 && (
            <Text fz="sm" mt="xs" component="div">
              {countOf(licenses.left, "license", "licenses")} cannot move:
              <ul>
                {licenses.leftExamples.map(({ licenseId, reason }) => (
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
        </Card>
      )}
    </>
  );
}

function Figure({
  label,
  value,
  warns = false,
  children,
}: {
  label: string;
  value: string;
  warns?: boolean;
  children: ReactNode;
}) {
  return (
    <Card padding="md" component="section" aria-label={label}>
      <Text fz="sm" c="dimmed">
        {label}
      </Text>
      <Text className={classes.number ?? ""} data-tone={warns ? "warning" : "neutral"}>
        {value}
      </Text>
      <Text fz="xs" c="dimmed">
        {children}
      </Text>
    </Card>
  );
}

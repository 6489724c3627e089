"use client";

import { Group, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { FirstUse } from "#server/domain/guided-start.ts";
import { LinkButton, TextLink } from "../../../_components/links.tsx";
import { LiveBadge } from "../../../_components/live-badge.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { useChanges } from "../../../_components/use-changes.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import classes from "./start.module.css";
import type { FirstLicense } from "./start.ts";

const DONE: Readonly<Record<FirstUse, string>> = {
  activate: "was activated",
  offline_activate: "was activated by file",
  checkout: "took a seat",
  ticket: "reserved credits",
  usage: "used credits",
};

/** Waits for a program's first sign of life, and turns green by itself when it comes. */
export function FirstUseSignal({ license }: { license: FirstLicense }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const state = useChanges(
    "/api/events/uses",
    () => queries.invalidateQueries(trpc.start.pathFilter()),
    license.id,
  );
  const { firstUse, refusal } = license;
  return (
    <div className={classes.signal} data-used={firstUse ? true : undefined} role="status">
      {firstUse ? (
        <>
          <ThemeIcon color="green.9" size={30} radius="xl" aria-hidden>
            <IconCheck size={18} />
          </ThemeIcon>
          <div>
            <Title order={3} fz="md">
              It works
            </Title>
            <Text fz="sm" component="div" mt={2}>
              {firstUse.device?.name || "A device"}
              {firstUse.device?.platform ? ` (${firstUse.device.platform})` : ""} {DONE[firstUse.operation]}{" "}
              <RelativeTime at={firstUse.at} />.
            </Text>
            <Group gap="xs" mt="sm">
              <LinkButton href="/admin/lab" size="xs">
                Go on to the scenario lab
              </LinkButton>
              <LinkButton href={traceOf(firstUse.correlationId)} variant="default" size="xs">
                See its trace
              </LinkButton>
              <LinkButton href={`/admin/licenses/${license.id}`} variant="default" size="xs">
                Open the license
              </LinkButton>
            </Group>
          </div>
        </>
      ) : (
        <>
          <span className={classes.pulse} aria-hidden />
          <div style={{ flex: 1, minWidth: 0 }}>
            <Group justify="space-between" gap="xs">
              <Title order={3} fz="md">
                Waiting for the first sign of life
              </Title>
              <LiveBadge state={state} />
            </Group>
            <Text fz="sm" c="dimmed" mt={2}>
              Run the program. This turns green by itself; you may leave and come back.
            </Text>
            {refusal && (
              <Text fz="sm" component="div" mt="sm">
                <strong>A program came and was refused</strong> <RelativeTime at={refusal.at} />:{" "}
                {refusal.explanation}{" "}
                <TextLink href={traceOf(refusal.correlationId)} fz="sm" underline="always">
                  See its trace
                </TextLink>
              </Text>
            )}
          </div>
        </>
      )}
    </div>
  );
}

function traceOf(correlationId: string): string {
  return `/admin/trace?q=${encodeURIComponent(correlationId)}`;
}

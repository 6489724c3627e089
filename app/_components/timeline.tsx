"use client";

import { Group, Text } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { CopyText } from "./copy.tsx";
import { RelativeTime } from "./relative-time.tsx";
import type { Tone } from "./status-badge.tsx";
import classes from "./timeline.module.css";

export type MomentTone = Tone | "time";

/** Moments one below the other, joined by a line. */
export function Timeline({ label, children }: { label?: string; children: ReactNode }) {
  return (
    <ol className={classes.timeline} aria-label={label}>
      {children}
    </ol>
  );
}

/** One moment of a {@link Timeline}: what happened, a line about it, and when. */
export function Moment({
  icon: Glyph,
  tone,
  title,
  at,
  correlationId,
  children,
}: {
  icon: Icon;
  tone: MomentTone;
  title: ReactNode;
  /** Left out where it is not known. */
  at?: Date;
  correlationId?: string;
  children: ReactNode;
}) {
  return (
    <li className={classes.entry}>
      <span className={classes.dot} data-tone={tone} aria-hidden>
        <Glyph size={15} stroke={1.8} />
      </span>
      <div className={classes.body}>
        <Group justify="space-between" align="baseline" gap="xs" wrap="nowrap">
          <Text fz="sm" fw={600}>
            {title}
          </Text>
          {at !== undefined && (
            <span className={classes.when}>
              <RelativeTime at={at} />
            </span>
          )}
        </Group>
        <Group justify="space-between" gap="xs" align="flex-start">
          <Text fz="sm" c="dimmed" component="div" className={classes.note}>
            {children}
          </Text>
          {correlationId !== undefined && (
            <Text span visibleFrom="sm" fz="xs">
              <CopyText
                value={correlationId}
                label="correlation id"
                shown={`cor_…${correlationId.slice(-6)}`}
              />
            </Text>
          )}
        </Group>
      </div>
    </li>
  );
}

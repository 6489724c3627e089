"use client";

import { Button, Card, Group, Text, Title } from "@mantine/core";
import { IconBan, IconClock, IconDeviceDesktop, IconUser } from "@tabler/icons-react";
import { useState } from "react";
import { CopyText } from "../../../../_components/copy.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import classes from "./license.module.css";
import type { License } from "./license.ts";
import { type TimelineEntry, timeline } from "./timeline.ts";

const SHOWN_FIRST = 12;
const GLYPHS = { device: IconDeviceDesktop, refused: IconBan, change: IconUser, time: IconClock };

/** Everything that happened to the license, most recent first. */
export function TimelineCard({ license }: { license: License }) {
  const [all, setAll] = useState(false);
  const devices = new Map(license.activations.map(({ id, name }) => [id, name]));
  const { eventsSince } = license;
  // Further back decisions are missing: to show the rest of that time would tell another story.
  const history = license.history.filter(({ at }) => eventsSince === null || at >= eventsSince);
  const entries = timeline(license.events, history, devices);
  const shown = all ? entries : entries.slice(0, SHOWN_FIRST);
  return (
    <Card component="section" aria-label="Timeline">
      <Title order={2} fz="h3" mb="md">
        Timeline
      </Title>
      <ol className={classes.timeline}>
        {shown.map((entry) => (
          <Entry key={entry.key} entry={entry} />
        ))}
      </ol>
      {eventsSince !== null && (all || entries.length <= SHOWN_FIRST) && (
        <Text fz="sm" c="dimmed" mt="sm">
          What happened before is not shown here; changes by people are in the audit log.
        </Text>
      )}
      {entries.length > SHOWN_FIRST && (
        <Button variant="subtle" size="xs" mt="sm" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${entries.length}`}
        </Button>
      )}
    </Card>
  );
}

function Entry({
  entry: { kind, tone, title, details, times, at, correlationId },
}: {
  entry: TimelineEntry;
}) {
  const Glyph = GLYPHS[kind];
  return (
    <li className={classes.entry}>
      <span className={classes.dot} data-tone={tone} aria-hidden>
        <Glyph size={15} stroke={1.8} />
      </span>
      <div>
        <Group justify="space-between" align="baseline" gap="xs" wrap="nowrap">
          <Text fz="sm" fw={600}>
            {title}
            {times > 1 && (
              <Text span fz="sm" c="dimmed">
                {" "}
                {times} times
              </Text>
            )}
          </Text>
          <span className={classes.when}>
            <RelativeTime at={at} />
          </span>
        </Group>
        <Group justify="space-between" gap="xs">
          <Text fz="sm" c="dimmed" className={classes.note}>
            {details.join(" · ")}
          </Text>
          <Text span visibleFrom="sm" fz="xs">
            <CopyText
              value={correlationId}
              label="correlation id"
              shown={`cor_…${correlationId.slice(-6)}`}
            />
          </Text>
        </Group>
      </div>
    </li>
  );
}

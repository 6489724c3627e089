"use client";

import { Button, Card, Text, Title } from "@mantine/core";
import { IconBan, IconClock, IconDeviceDesktop, IconUser } from "@tabler/icons-react";
import { useState } from "react";
import { Moment, Timeline } from "../../../../_components/timeline.tsx";
import type { License } from "./license.ts";
import { timeline } from "./timeline.ts";

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
      <Timeline>
        {shown.map(({ key, kind, tone, title, times, details, at, correlationId }) => (
          <Moment
            key={key}
            icon={GLYPHS[kind]}
            tone={tone}
            at={at}
            correlationId={correlationId}
            title={
              <>
                {title}
                {times > 1 && (
                  <Text span fz="sm" c="dimmed">
                    {" "}
                    {times} times
                  </Text>
                )}
              </>
            }
          >
            {details.join(" · ")}
          </Moment>
        ))}
      </Timeline>
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

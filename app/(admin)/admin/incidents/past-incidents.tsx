"use client";

import { Card, Text, Title } from "@mantine/core";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { type Incident, wordsOf } from "./incident-words.ts";
import classes from "./incidents.module.css";
import { Subject } from "./subject.tsx";

/** Those that are over: kept, because whoever looks into one asks whether it was there before. */
export function PastIncidents({ incidents }: { incidents: readonly Incident[] }) {
  return (
    <Card component="section" aria-labelledby="past-title">
      <Title order={2} fz="h3" id="past-title" mb="sm">
        Over
      </Title>
      <ul className={classes.past}>
        {incidents.map((incident) => (
          <li key={`${incident.kind} ${incident.subjectId}`}>
            <Text fz="sm" fw={500}>
              {wordsOf(incident.kind).title}
            </Text>
            <Text fz="sm" c="dimmed" component="div">
              <Subject incident={incident} /> · began <RelativeTime at={incident.firstSeenAt} />
              {incident.resolvedAt !== null && (
                <>
                  , over <RelativeTime at={incident.resolvedAt} />
                </>
              )}
              {incident.acknowledged !== null && incident.acknowledged.note !== "" && (
                <>
                  {" "}
                  · {incident.acknowledged.by}: “{incident.acknowledged.note}”
                </>
              )}
            </Text>
          </li>
        ))}
      </ul>
    </Card>
  );
}

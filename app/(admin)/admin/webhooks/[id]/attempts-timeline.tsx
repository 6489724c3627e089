"use client";

import { Text } from "@mantine/core";
import { IconCheck, IconPlugConnectedX, IconX } from "@tabler/icons-react";
import { Moment, Timeline } from "../../../../_components/timeline.tsx";
import { answerWords, type DeliveryDetail, durationWords, isTaken, stepsOf } from "../webhook.ts";
import classes from "../webhooks.module.css";

/** Every attempt, newest first, with what the receiver said. */
export function AttemptsTimeline({ delivery }: { delivery: DeliveryDetail }) {
  const steps = stepsOf(delivery);
  if (steps.length === 0)
    return (
      <Text fz="sm" c="dimmed">
        None has come to its end yet.
      </Text>
    );
  return (
    <Timeline label="Attempts">
      {steps.map((step) =>
        "interrupted" in step ? (
          <Moment
            key={step.number}
            icon={IconPlugConnectedX}
            tone="time"
            title={`Attempt ${step.number}: interrupted`}
          >
            The worker was stopped before it heard an answer, so it may have been received.
          </Moment>
        ) : (
          <Moment
            key={step.number}
            icon={isTaken(step) ? IconCheck : IconX}
            tone={isTaken(step) ? "good" : "bad"}
            title={`Attempt ${step.number}: ${answerWords(step)}`}
            at={step.at}
          >
            {durationWords(step.durationMs)}
            {step.response && <pre className={classes.answer}>{step.response}</pre>}
          </Moment>
        ),
      )}
    </Timeline>
  );
}

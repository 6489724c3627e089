import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./offline.module.css";

/** One of the three steps, with its number. */
export function StepTitle({
  step,
  waiting = false,
  children,
  aside,
}: {
  step: 1 | 2 | 3;
  waiting?: boolean;
  children: ReactNode;
  aside?: ReactNode;
}) {
  return (
    <Group justify="space-between" gap="sm" mb="md">
      <Group gap="sm" wrap="nowrap" miw={0}>
        <span className={classes.step} data-waiting={waiting} aria-hidden>
          {step}
        </span>
        <Title order={2} fz="h3">
          {children}
        </Title>
      </Group>
      {aside !== undefined && (
        <Text span fz="sm" c="dimmed">
          {aside}
        </Text>
      )}
    </Group>
  );
}

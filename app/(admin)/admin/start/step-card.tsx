"use client";

import { Card, Group, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./start.module.css";

/** One step of the way: a line where it is done or still to come, and all of it while it is the one to take. */
export function StepCard({
  number,
  title,
  state,
  summary,
  action,
  children,
}: {
  number: number;
  title: string;
  state: "done" | "current" | "later";
  /** What came of it. */
  summary?: ReactNode;
  /** What can still be done about it. */
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <Card component="section" aria-label={title} data-state={state} className={classes.step}>
      <Group wrap="nowrap" gap="md" align="flex-start">
        <ThemeIcon
          size={30}
          radius="xl"
          variant={state === "later" ? "default" : state === "done" ? "light" : "filled"}
          aria-hidden
        >
          {state === "done" ? <IconCheck size={17} /> : <span className={classes.number}>{number}</span>}
        </ThemeIcon>
        <div className={classes.head}>
          <Group justify="space-between" gap="xs">
            <Title order={2} fz="h3" {...(state === "later" ? { c: "dimmed" } : {})}>
              {title}
            </Title>
            {action}
          </Group>
          {summary !== undefined && state === "done" && (
            <Text fz="sm" c="dimmed" component="div" mt={2}>
              {summary}
            </Text>
          )}
        </div>
      </Group>
      {children !== undefined && children !== false && <div className={classes.body}>{children}</div>}
    </Card>
  );
}

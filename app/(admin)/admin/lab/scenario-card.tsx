"use client";

import { Alert, Button, Card, Group, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconAlertTriangle, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { ToneBadge } from "../../../_components/status-badge.tsx";
import classes from "./lab.module.css";
import type { LabScenario, RunOutcome } from "./lab.ts";
import { SCENARIO_WORDS } from "./scenario-words.ts";
import { StepItem } from "./step-item.tsx";
import { useRun } from "./use-run.ts";

const OUTCOMES = {
  passed: { tone: "good", label: "As it should be" },
  failed: { tone: "bad", label: "Failed" },
  stopped: { tone: "stopped", label: "Stopped" },
} as const satisfies Record<RunOutcome, object>;

/** A scenario: what it shows, its steps as they happen or as they went the last time, and the button that runs it. */
export function ScenarioCard({ scenario: { name, steps, latest } }: { scenario: LabScenario }) {
  const { run, start, stop } = useRun(name, latest?.isRunning ?? false);
  const { title, shows, icon: Glyph } = SCENARIO_WORDS[name];
  const isRunning = run?.isRunning ?? false;
  const results = run?.results ?? new Map(latest?.steps.map((result) => [result.index, result]));
  const outcome = (run === undefined ? latest?.outcome : run.outcome) ?? undefined;
  const verb = outcome === undefined ? "Run" : "Run again";

  return (
    <Card component="section" aria-label={title} aria-busy={isRunning}>
      <Stack gap="md">
        <Group wrap="nowrap" align="flex-start" gap="md">
          <ThemeIcon variant="light" size={38} radius="md" aria-hidden>
            <Glyph size={20} stroke={1.7} />
          </ThemeIcon>
          <div style={{ flex: 1, minWidth: 0 }}>
            <Group justify="space-between" align="flex-start" gap="xs" wrap="nowrap">
              <Title order={2} fz="h3">
                {title}
              </Title>
              <span role="status">
                {isRunning ? (
                  <ToneBadge tone="waiting" label="Running" />
                ) : (
                  outcome && <ToneBadge {...OUTCOMES[outcome]} />
                )}
              </span>
            </Group>
            <Text fz="sm" c="dimmed" mt={2}>
              {shows}
            </Text>
          </div>
        </Group>
        <ol className={classes.steps}>
          {steps.map((step, index) => (
            <StepItem
              key={step.title}
              title={step.title}
              client={step.client}
              result={shownOf(results.get(index), isRunning)}
            />
          ))}
        </ol>
        {run?.why !== undefined && (
          <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
            {run.why}
          </Alert>
        )}
        <Group justify="space-between" gap="sm">
          {isRunning ? (
            <Button
              variant="default"
              leftSection={<IconPlayerStop size={16} />}
              onClick={stop}
              aria-label={`Stop: ${title}`}
            >
              Stop
            </Button>
          ) : (
            <Button
              leftSection={<IconPlayerPlay size={16} />}
              onClick={start}
              variant={outcome === undefined ? "filled" : "default"}
              aria-label={`${verb}: ${title}`}
            >
              {verb}
            </Button>
          )}
          {latest && (latest.isRunning || !isRunning) && (
            <Text fz="xs" c="dimmed" component="div">
              {latest.isRunning ? `Begun by ${latest.startedBy ?? "a colleague"} ` : "Last run "}
              <RelativeTime at={latest.startedAt} />
            </Text>
          )}
        </Group>
      </Stack>
    </Card>
  );
}

/** What was under way when a run was stopped is not under way any more. */
function shownOf<Result extends { status: string }>(
  result: Result | undefined,
  isRunning: boolean,
): Result | undefined {
  return result?.status === "running" && !isRunning ? undefined : result;
}

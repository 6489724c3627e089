import { Card, Group, Stack, Text, Title } from "@mantine/core";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { ToneBadge } from "../../../_components/status-badge.tsx";
import classes from "./health.module.css";
import { PROCESS_WORDS, type Process, processTone } from "./health.ts";

/** How many of each process run; one square for each. */
export function ProcessesCard({ processes }: { processes: readonly Process[] }) {
  return (
    <Card component="section" aria-labelledby="processes-title">
      <Title order={2} fz="h3" id="processes-title">
        Processes
      </Title>
      <Text fz="sm" c="dimmed" mb="md">
        Each says every 15 seconds that it is there.
      </Text>
      <Stack gap="md">
        {processes.map((process) => (
          <ProcessRow key={process.kind} process={process} />
        ))}
      </Stack>
    </Card>
  );
}

function ProcessRow({ process }: { process: Process }) {
  const { kind, running, silent, versions, hosts } = process;
  const { name, does } = PROCESS_WORDS[kind];
  const facts = [
    ...(hosts === null || hosts.length === 0 ? [] : [`on ${hosts.join(", ")}`]),
    ...(versions.length === 0 ? [] : [`version ${versions.join(" and ")}`]),
  ];
  return (
    <section aria-label={name}>
      <Group justify="space-between" gap="xs">
        <Text fw={600} fz="sm">
          {name}
        </Text>
        <ToneBadge
          tone={processTone(process)}
          label={running === 0 ? "None running" : `${running} running`}
        />
      </Group>
      <Text fz="sm" c="dimmed">
        {does}
      </Text>
      <div className={classes.squares} aria-hidden>
        {Array.from({ length: running }, (_, index) => `running ${index}`).map((key) => (
          <span key={key} data-tone="good" />
        ))}
        {silent.map(({ seenAt }) => (
          <span key={seenAt.getTime()} data-tone="bad" />
        ))}
      </div>
      <Text fz="xs" c="dimmed" component="div">
        {facts.join(" · ")}
        {silent.map(({ seenAt, host }) => (
          <div key={seenAt.getTime()}>
            silent{host === null ? "" : ` on ${host}`}, last seen <RelativeTime at={seenAt} />
          </div>
        ))}
      </Text>
    </section>
  );
}

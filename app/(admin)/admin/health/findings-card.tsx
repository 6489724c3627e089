import { Card, Text, Title } from "@mantine/core";
import { TextLink } from "../../../_components/links.tsx";
import classes from "./health.module.css";
import type { Finding } from "./health.ts";

/** What is not as it should be, and what to do about it. */
export function FindingsCard({ findings }: { findings: readonly Finding[] }) {
  return (
    <Card component="section" aria-labelledby="findings-title">
      <Title order={2} fz="h3" id="findings-title" mb="sm">
        Look at this
      </Title>
      <ul className={classes.findings}>
        {findings.map(({ tone, title, toDo, link }) => (
          <li key={title} className={classes.finding} data-tone={tone}>
            <Text fw={600} fz="sm">
              {title}
            </Text>
            <Text fz="sm" c="dimmed">
              {toDo}
            </Text>
            {link && (
              <TextLink href={link.href} fz="sm">
                {link.label}
              </TextLink>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

"use client";

import { Card, Group, Text, Title } from "@mantine/core";
import { formatDay } from "../../../_components/format.ts";
import { timeLeft } from "../../../_components/license-words.ts";
import { TextLink } from "../../../_components/links.tsx";
import { useNow } from "../../../_components/relative-time.tsx";
import type { Numbers } from "./numbers.ts";
import classes from "./overview.module.css";

/** The licenses that end soonest: whom to ask whether they renew. */
export function ExpiringCard({ licenses }: { licenses: Numbers["expiring"] }) {
  const now = useNow();
  return (
    <Card component="section" aria-label="Ending soon">
      <Title order={2} fz="h3" mb="sm">
        Ending soon
      </Title>
      {licenses.length === 0 ? (
        <Text fz="sm" c="dimmed">
          No license ends in the next 30 days.
        </Text>
      ) : (
        <ol className={classes.list}>
          {licenses.map(({ id, keyHint, customer, product, expiresAt }) => (
            <li key={id}>
              <Group justify="space-between" gap="xs" wrap="nowrap" align="baseline">
                <TextLink href={`/admin/customers/${customer.id}`} fz="sm" fw={600} c="inherit">
                  {customer.name}
                </TextLink>
                <Text
                  span
                  fz="xs"
                  c="dimmed"
                  className="tabular"
                  style={{ whiteSpace: "nowrap" }}
                  title={expiresAt === null ? "" : formatDay(expiresAt)}
                  suppressHydrationWarning
                >
                  {expiresAt !== null && timeLeft(expiresAt, now)}
                </Text>
              </Group>
              <Text fz="sm" c="dimmed" component="div">
                <TextLink href={`/admin/licenses/${id}`} className={classes.key ?? ""}>
                  {keyHint}
                </TextLink>
                {` · ${product}`}
              </Text>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

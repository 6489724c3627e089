import { Card, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { formatNumber } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import classes from "./overview.module.css";

/** One number, what it counts, and what to think of it. */
export function StatTile({
  label,
  value,
  detail,
  href,
}: {
  label: string;
  value: number;
  detail: ReactNode;
  /** Where the things counted are listed. */
  href?: string;
}) {
  return (
    <Card padding="md" className={classes.tile ?? ""}>
      <Text fz="sm" c="dimmed">
        {href === undefined ? (
          label
        ) : (
          <TextLink href={href} fz="sm" c="inherit" className={classes.cover ?? ""}>
            {label}
          </TextLink>
        )}
      </Text>
      <Text className={classes.number ?? ""}>{formatNumber(value)}</Text>
      <Text fz="xs" c="dimmed">
        {detail}
      </Text>
    </Card>
  );
}

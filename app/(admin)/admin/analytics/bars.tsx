import { Group, Progress, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { formatNumber } from "../../../_components/format.ts";
import classes from "./analytics.module.css";

interface Bar {
  readonly key: string;
  readonly name: ReactNode;
  readonly value: number;
  /** Under the bar. */
  readonly more?: ReactNode;
}

/** A ranking: each with its number, and a bar that says how much that is of the greatest. */
export function Bars({
  label,
  bars,
  color = "petrol.5",
}: {
  label: string;
  bars: readonly Bar[];
  color?: string;
}) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <ul className={classes.bars} aria-label={label}>
      {bars.map(({ key, name, value, more }) => (
        <li key={key}>
          <Group justify="space-between" gap="xs" wrap="nowrap" mb={4} align="flex-end">
            <Text fz="sm" component="div" miw={0} style={{ overflowWrap: "anywhere" }}>
              {name}
            </Text>
            <Text fz="sm" fw={600} className="tabular">
              {formatNumber(value)}
            </Text>
          </Group>
          <Progress value={(value / most) * 100} size={6} color={color} aria-hidden />
          {more}
        </li>
      ))}
    </ul>
  );
}

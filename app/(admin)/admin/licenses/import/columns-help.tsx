"use client";

import { Badge, Code, Group, Text } from "@mantine/core";
import { IMPORT_COLUMN_NAMES, IMPORT_COLUMNS } from "#server/domain/license-import.ts";
import classes from "./import.module.css";

/** What each column holds, and what leaving it empty means. */
export function ColumnsHelp() {
  return (
    <dl className={classes.columns}>
      {IMPORT_COLUMN_NAMES.map((name) => (
        <div key={name} className={classes.column}>
          <dt>
            <Group gap={6}>
              <Code>{name}</Code>
              {IMPORT_COLUMNS[name].required && (
                <Badge size="xs" color="gray" variant="default">
                  Required
                </Badge>
              )}
            </Group>
          </dt>
          <dd>
            <Text fz="sm">{IMPORT_COLUMNS[name].says}</Text>
          </dd>
        </div>
      ))}
    </dl>
  );
}

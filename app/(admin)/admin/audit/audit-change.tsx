"use client";

import { Box, Group, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { CopyText } from "../../../_components/copy.tsx";
import { formatDay } from "../../../_components/format.ts";
import classes from "./audit.module.css";
import { asMoment, auditDiff, fieldName, fieldValue, type JsonValue } from "./audit-diff.ts";
import type { AuditRow } from "./row.ts";
import { IdLink, pageOf } from "./subject-link.tsx";

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** What one entry changed, field by field. */
export function AuditChange({ event: { seq, before, after, correlationId, at } }: { event: AuditRow }) {
  const fresh = before === null;
  // Of what was just made, an empty field says nothing.
  const changes = auditDiff(before, after).filter(
    (change) => !fresh || fieldValue(change.after) !== undefined,
  );
  return (
    <Box className={classes.change}>
      {changes.length === 0 ? (
        <Text fz="sm" c="dimmed">
          Nothing was changed: this was looked at.
        </Text>
      ) : (
        <table className={classes.fields}>
          <tbody>
            {changes.map((change) => (
              <tr key={change.path.join("\n")} data-fresh={fresh}>
                <th scope="row">{fieldName(change.path)}</th>
                {!fresh && (
                  <>
                    <td data-side="before">
                      <Value value={change.before} />
                    </td>
                    <td data-side="arrow">
                      <IconArrowRight size={14} aria-label="became" />
                    </td>
                  </>
                )}
                <td data-side="after">
                  <Value value={change.after} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Group gap="6px 20px" mt="sm" fz="xs" c="dimmed">
        <span>Entry {seq}</span>
        <time dateTime={at.toISOString()} suppressHydrationWarning>
          {formatDay(at)}, {time.format(at)}
        </time>
        <CopyText value={correlationId} label="correlation id" shown={`cor_…${correlationId.slice(-6)}`} />
      </Group>
    </Box>
  );
}

function Value({ value }: { value: JsonValue | undefined }) {
  const moment = asMoment(value);
  if (moment !== undefined) {
    return (
      <time dateTime={moment.toISOString()} suppressHydrationWarning>
        {formatDay(moment)}, {time.format(moment)}
      </time>
    );
  }
  if (typeof value === "string" && pageOf(value) !== undefined) return <IdLink id={value} />;
  const text = fieldValue(value);
  return text === undefined ? <span className={classes.nothing}>nothing</span> : text;
}

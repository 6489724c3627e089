"use client";

import { Button, Card, Code, Group, Pagination, Stack, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { csvOf } from "#server/domain/csv.ts";
import { countOf, formatNumber } from "../../../../_components/format.ts";
import { saveFile } from "../../../../_components/save-file.ts";
import classes from "./import.module.css";
import { columnTitle, type Report } from "./report.ts";

const SHOWN_AT_ONCE = 25;

/** Each cell that is not right: where it is, what it says, and what to do. */
export function ProblemsCard({ report }: { report: Report }) {
  const { problems, problemsMore } = report;
  const [page, setPage] = useState(1);
  const pages = Math.ceil(problems.length / SHOWN_AT_ONCE);
  const at = Math.min(page, pages);
  const shown = problems.slice((at - 1) * SHOWN_AT_ONCE, at * SHOWN_AT_ONCE);
  const kinds = [...Map.groupBy(problems, ({ message }) => message)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  return (
    <Card component="section" aria-label="What is not right">
      <Stack gap="md">
        <Group justify="space-between" gap="sm">
          <Title order={2} fz="h3">
            What is not right
          </Title>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} />}
            onClick={() => saveFile("import-problems.csv", "text/csv", asCsv(problems))}
          >
            Download as CSV
          </Button>
        </Group>
        {kinds.length > 1 && problems.length > SHOWN_AT_ONCE && (
          <Text fz="sm" c="dimmed">
            Most often:{" "}
            {kinds
              .slice(0, 3)
              .map(([message, of]) => `${formatNumber(of.length)} × ${message.replace(/\.$/, "")}`)
              .join(" · ")}
          </Text>
        )}
        <ol className={classes.problems}>
          {shown.map(({ line, column, value, message }) => (
            <li key={`${line} ${column}`} className={classes.problem}>
              <Text fz="sm" fw={600} className="tabular">
                Line {formatNumber(line)}
              </Text>
              <Text fz="sm" component="div">
                {column === null ? "" : columnTitle(column)}{" "}
                {value === "" ? (
                  <Text span fz="sm" c="dimmed">
                    empty
                  </Text>
                ) : (
                  <Code>{value.slice(0, 80)}</Code>
                )}
              </Text>
              <Text fz="sm">{message}</Text>
            </li>
          ))}
        </ol>
        {pages > 1 && (
          <Group justify="space-between" gap="sm">
            <Text fz="sm" c="dimmed" className="tabular">
              {formatNumber((at - 1) * SHOWN_AT_ONCE + 1)} –{" "}
              {formatNumber((at - 1) * SHOWN_AT_ONCE + shown.length)} of {countOf(problems.length, "problem")}
              {problemsMore > 0 && `; ${formatNumber(problemsMore)} more are not listed`}
            </Text>
            <Pagination
              size="sm"
              total={pages}
              value={at}
              onChange={setPage}
              siblings={0}
              getControlProps={(control) => ({ "aria-label": `${control} page` })}
            />
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function asCsv(problems: Report["problems"]): string {
  return csvOf([
    ["line", "column", "value", "what_to_do"],
    ...problems.map(({ line, column, value, message }) => [line, column ?? "", value, message]),
  ]);
}

"use client";

import { Button, Card, FileButton, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { IconDownload, IconFileSpreadsheet, IconUpload } from "@tabler/icons-react";
import { type DragEvent, useState } from "react";
import { csvOf } from "#server/domain/csv.ts";
import { exampleRows, IMPORT_ROWS_MAX } from "#server/domain/license-import.ts";
import { formatNumber } from "../../../../_components/format.ts";
import { saveFile } from "../../../../_components/save-file.ts";
import { ColumnsHelp } from "./columns-help.tsx";
import classes from "./import.module.css";
import { readFile } from "./read-file.ts";
import type { Source } from "./report.ts";

/** Where the rows come from: a file chosen or dropped, or cells pasted from a spreadsheet. */
export function SourceCard({ onSource, busy }: { onSource: (source: Source) => void; busy: boolean }) {
  const [text, setText] = useState("");
  const [over, setOver] = useState(false);

  async function take(file: File | null) {
    if (file !== null) onSource(await readFile(file));
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0] ?? null);
  }

  return (
    <Card>
      <Stack gap="lg">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button within does the same. */}
        <div
          className={classes.drop}
          data-over={over}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <IconFileSpreadsheet size={34} stroke={1.5} aria-hidden />
          <Text fw={600}>Drop a CSV file here</Text>
          <Text fz="sm" c="dimmed" ta="center">
            As Excel, Numbers or Google Sheets saves it, up to {formatNumber(IMPORT_ROWS_MAX)} rows. Nothing
            is issued before you have seen what it comes to.
          </Text>
          <Group gap="sm" justify="center">
            <FileButton accept=".csv,.tsv,.txt,text/csv,text/plain" onChange={(file) => void take(file)}>
              {(props) => (
                <Button {...props} leftSection={<IconUpload size={16} />} loading={busy}>
                  Choose file
                </Button>
              )}
            </FileButton>
            <Button
              variant="default"
              leftSection={<IconDownload size={16} />}
              onClick={() => saveFile("licenses-example.csv", "text/csv", csvOf(exampleRows()))}
            >
              Download an example
            </Button>
          </Group>
        </div>
        <Stack gap="xs" align="flex-start">
          <Textarea
            label="Or paste a table"
            description="With its headings, as it is copied from a spreadsheet."
            w="100%"
            minRows={3}
            maxRows={8}
            autosize
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
          <Button
            variant="default"
            disabled={text.trim() === "" || busy}
            onClick={() => onSource({ name: "pasted table", csv: text })}
          >
            Check the table
          </Button>
        </Stack>
        <div>
          <Title order={2} fz="h4" mb="xs">
            The columns
          </Title>
          <ColumnsHelp />
        </div>
      </Stack>
    </Card>
  );
}

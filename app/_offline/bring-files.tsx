"use client";

import { Alert, Button, Card, FileButton, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconAlertTriangle, IconCamera, IconClipboardText, IconFileUpload } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./offline.module.css";
import { QrScanner } from "./qr-scanner.tsx";
import { readFile } from "./read-files.ts";
import { StepTitle } from "./step-title.tsx";

/** The first step: a file, a picture of a QR code, a text, or the camera. */
export function BringFiles({
  busy,
  brought,
}: {
  busy: boolean;
  brought: (texts: readonly string[]) => void;
}) {
  const [over, setOver] = useState(false);
  const [pasting, setPasting] = useState(false);
  const [scanning, setScanning] = useState(false);
  const [text, setText] = useState("");
  const [problems, setProblems] = useState<readonly string[]>([]);

  async function take(files: readonly File[]) {
    const read = await Promise.all(files.map(readFile));
    setProblems(read.flatMap((each) => ("problem" in each ? [each.problem] : [])));
    const texts = read.flatMap((each) => ("text" in each ? [each.text] : []));
    if (texts.length > 0) brought(texts);
  }

  function paste() {
    setProblems([]);
    brought([text]);
    setText("");
    setPasting(false);
  }

  return (
    <Card component="section" aria-label="Bring the file">
      <StepTitle step={1}>Bring what the machine made</StepTitle>
      <Stack gap="md">
        <section
          className={classes.drop}
          data-over={over}
          aria-label="Drop files here"
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            void take([...event.dataTransfer.files]);
          }}
        >
          <Text fz="sm" c="dimmed" maw="34rem">
            Drop the file here: an activation request, a deactivation receipt or a usage journal. A picture of
            its QR code does as well.
          </Text>
          <Group gap="sm" justify="center">
            <FileButton multiple onChange={(files) => void take(files)} accept=".txt,text/plain,image/*">
              {(props) => (
                <Button {...props} leftSection={<IconFileUpload size={17} />} loading={busy}>
                  Choose a file
                </Button>
              )}
            </FileButton>
            <Button
              variant="default"
              leftSection={<IconCamera size={17} />}
              onClick={() => setScanning(true)}
              disabled={busy}
            >
              Scan QR code
            </Button>
            <Button
              variant="default"
              leftSection={<IconClipboardText size={17} />}
              onClick={() => setPasting(!pasting)}
              aria-expanded={pasting}
              disabled={busy}
            >
              Paste text or code
            </Button>
          </Group>
        </section>
        {pasting && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              paste();
            }}
          >
            <Stack gap="xs" align="flex-start">
              <Textarea
                w="100%"
                label="Text of the file, or the code that was typed or read out"
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
                autosize
                minRows={4}
                maxRows={12}
                spellCheck={false}
                data-autofocus
              />
              <Button type="submit" disabled={text.trim() === ""} loading={busy}>
                Read it
              </Button>
            </Stack>
          </form>
        )}
        {problems.map((problem) => (
          <Alert
            key={problem}
            color="red"
            variant="light"
            icon={<IconAlertTriangle size={18} />}
            role="alert"
          >
            {problem}
          </Alert>
        ))}
      </Stack>
      <QrScanner
        opened={scanning}
        close={() => setScanning(false)}
        found={(code) => {
          setScanning(false);
          setProblems([]);
          brought([code]);
        }}
      />
    </Card>
  );
}

"use client";

import { Code, Group, SegmentedControl, Stack } from "@mantine/core";
import { useState } from "react";
import classes from "./mail-view.module.css";

/** A mail as its reader's program would show it: as HTML, apart from this page and without scripts, or as plain text. */
export function MailView({
  subject,
  html,
  text,
  colours,
}: {
  subject: string;
  html: string;
  text: string;
  /** Where given: how a reader in the light, or in the dark, sees it. */
  colours?: "light" | "dark" | undefined;
}) {
  const [form, setForm] = useState("HTML");
  return (
    <Stack gap="sm">
      <Group>
        <SegmentedControl
          size="xs"
          aria-label="Form"
          data={["HTML", "Plain text"]}
          value={form}
          onChange={setForm}
        />
      </Group>
      {form === "HTML" ? (
        <iframe
          title={subject}
          className={classes.frame}
          style={colours === undefined ? {} : { colorScheme: colours }}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={html}
        />
      ) : (
        <Code block className={classes.text} tabIndex={0}>
          {text}
        </Code>
      )}
    </Stack>
  );
}

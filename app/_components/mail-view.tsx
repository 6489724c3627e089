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
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={colours === undefined ? html : inColours(html, colours)}
        />
      ) : (
        <Code block className={classes.text} tabIndex={0}>
          {text}
        </Code>
      )}
    </Stack>
  );
}

/** As a reader sees it whose program asks for these colours, whatever this browser asks for. */
function inColours(html: string, colours: "light" | "dark"): string {
  return html
    .replace("@media (prefers-color-scheme: dark)", colours === "dark" ? "@media all" : "@media not all")
    .replace('content="light dark"', `content="${colours}"`);
}

"use client";

import { ActionIcon, Box, Code, CopyButton, Group, Input, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./copy.module.css";

const SHOWN_MS = 1600;

/** An icon that copies, and says that it did. `label` names what is copied: "license key". */
export function CopyIcon({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value} timeout={SHOWN_MS}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${label}`}>
          <ActionIcon
            variant="subtle"
            color={copied ? "green" : "gray"}
            onClick={copy}
            aria-label={copied ? "Copied" : `Copy ${label}`}
          >
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A value shown whole in a field of its own, to be copied: a link, a key, a root key. */
export function CopyField({
  label,
  description,
  value,
  shown = value,
}: {
  label: string;
  description?: ReactNode;
  value: string;
  /** What is shown instead of the value, when it is too long to read. */
  shown?: string;
}) {
  return (
    <Input.Wrapper label={label} description={description}>
      <Group gap={4} wrap="nowrap" className={classes.field} mt={description === undefined ? 0 : 4}>
        <Box component="output" className={classes.value} tabIndex={0} aria-label={label}>
          {shown}
        </Box>
        <CopyIcon value={value} label={label.toLowerCase()} />
      </Group>
    </Input.Wrapper>
  );
}

/** A short id in running text: a press copies it. */
export function CopyText({ value, label, shown = value }: { value: string; label: string; shown?: string }) {
  return (
    <CopyButton value={value} timeout={SHOWN_MS}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${label}`}>
          <UnstyledButton onClick={copy} className={classes.text} aria-label={`Copy ${label} ${shown}`}>
            <Code className={classes.code}>{shown}</Code>
            {copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}

"use client";

import { ActionIcon, UnstyledButton } from "@mantine/core";
import { useOs } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import classes from "./search.module.css";

/** Opens the search: a field's likeness in the sidebar, an icon where there is little room. */
export function SearchButton({ compact = false }: { compact?: boolean }) {
  const os = useOs();
  if (compact)
    return (
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        onClick={spotlight.open}
        aria-label="Search everything"
      >
        <IconSearch size={20} aria-hidden />
      </ActionIcon>
    );
  return (
    <UnstyledButton className={classes.button} onClick={spotlight.open} aria-keyshortcuts="Meta+K Control+K">
      <IconSearch size={16} stroke={1.8} aria-hidden />
      <span>Search everything</span>
      <kbd>{os === "macos" || os === "ios" ? "⌘K" : "Ctrl K"}</kbd>
    </UnstyledButton>
  );
}

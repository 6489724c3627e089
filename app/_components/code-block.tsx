"use client";

import { Box } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./code-block.module.css";
import { CopyIcon } from "./copy.tsx";

/** A program or a command to take away whole; `children` are the same, coloured. */
export function CodeBlock({
  code,
  label,
  children = code,
}: {
  code: string;
  label: string;
  children?: ReactNode;
}) {
  return (
    <Box className={classes.block}>
      <Box className={classes.copy}>
        <CopyIcon value={code} label={label.toLowerCase()} />
      </Box>
      {/* What scrolls must be reachable from the keyboard. */}
      <Box component="section" aria-label={label} tabIndex={0} className={classes.scroll}>
        <pre className={classes.code}>{children}</pre>
      </Box>
    </Box>
  );
}

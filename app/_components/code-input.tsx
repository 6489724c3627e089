"use client";

import { TextInput, type TextInputProps } from "@mantine/core";

const MONOSPACED = { input: { fontFamily: "var(--mantine-font-family-monospace)" } };

/** A text that programs read too, letter by letter: a code, a key's prefix. */
export function CodeInput(props: TextInputProps) {
  return <TextInput autoComplete="off" spellCheck={false} styles={MONOSPACED} {...props} />;
}

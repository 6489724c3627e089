"use client";

import { createContext, useContext } from "react";
import type { Editor } from "./use-editor.ts";

const EditorContext = createContext<Editor | undefined>(undefined);

export const EditorProvider = EditorContext.Provider;

export function useEditorContext(): Editor {
  const editor = useContext(EditorContext);
  if (editor === undefined) throw new Error("A rule's field stands outside an editor.");
  return editor;
}

/** Brings the first field with a problem into view, ready to be corrected. */
export function focusFirstProblem(): void {
  const input = document.querySelector<HTMLElement>("[data-rule] [aria-invalid='true']");
  input?.focus();
  (input ?? document.querySelector("[data-rule-problem]"))?.scrollIntoView({ block: "center" });
}

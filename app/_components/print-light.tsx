"use client";

import { useEffect } from "react";

const SCHEME = "data-mantine-color-scheme";

/** Paper is white: while a page is printed, it is in the light theme whatever its reader has chosen. */
export function PrintLight() {
  useEffect(() => {
    const paper = window.matchMedia("print");
    const root = document.documentElement;
    let chosen: string | null = null;
    function change() {
      if (paper.matches) {
        chosen = root.getAttribute(SCHEME);
        root.setAttribute(SCHEME, "light");
      } else if (chosen !== null) root.setAttribute(SCHEME, chosen);
    }
    paper.addEventListener("change", change);
    return () => paper.removeEventListener("change", change);
  }, []);
  return null;
}

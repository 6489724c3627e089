"use client";

import { useEffect } from "react";
import { shownFor, tellShownElsewhere } from "./shown-for.ts";

/** Beside what the server rendered for somebody: its frame may be an older page's, of before another tab switched. */
export function RenderedFor({ place }: { place: string }) {
  useEffect(() => {
    const shown = shownFor();
    if (shown !== undefined && shown !== place) tellShownElsewhere(place);
  }, [place]);
  return null;
}

"use client";

import { useState } from "react";

/** Which rows are chosen: some, also of other pages, or all that match. What is shown being narrowed otherwise chooses none. */
export function useChosen<Row>(narrowedBy: string) {
  const [state, setState] = useState<{ rows: Row[]; all: boolean; of: string }>({
    rows: [],
    all: false,
    of: narrowedBy,
  });
  const { rows, all } = state.of === narrowedBy ? state : { rows: [], all: false };
  return {
    rows,
    all,
    choose: (chosen: Row[]) => setState({ rows: chosen, all: false, of: narrowedBy }),
    chooseAll: () => setState({ rows, all: true, of: narrowedBy }),
    clear: () => setState({ rows: [], all: false, of: narrowedBy }),
  };
}

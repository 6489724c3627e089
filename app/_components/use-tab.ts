"use client";

import { usePathname, useSearchParams } from "next/navigation";

/** Which tab is open, kept in the address; the first of `tabs` unless it says another. */
export function useTab<Tab extends string>(
  tabs: readonly [Tab, ...Tab[]],
): [Tab, (tab: string | null) => void] {
  const params = useSearchParams();
  const path = usePathname();
  const named = (name: string | null) => tabs.find((tab) => tab === name) ?? tabs[0];
  return [
    named(params.get("tab")),
    (name) => {
      const tab = named(name);
      window.history.replaceState(null, "", tab === tabs[0] ? path : `${path}?tab=${tab}`);
    },
  ];
}

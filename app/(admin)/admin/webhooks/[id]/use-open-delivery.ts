"use client";

import { usePathname, useSearchParams } from "next/navigation";

/** Which delivery is looked at, kept in the address beside the list's filters. */
export function useOpenDelivery(): [string | null, (id: string | null) => void] {
  const params = useSearchParams();
  const path = usePathname();
  return [
    params.get("delivery"),
    (id) => {
      const next = new URLSearchParams(params);
      if (id === null) next.delete("delivery");
      else next.set("delivery", id);
      const query = next.toString();
      window.history.pushState(null, "", query ? `${path}?${query}` : path);
    },
  ];
}

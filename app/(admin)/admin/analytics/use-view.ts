"use client";

import { useSearchParams } from "next/navigation";
import { useMemo } from "react";
import { readView, type View, viewAddress } from "./view.ts";

type Changes = { readonly [Name in keyof View]?: View[Name] | undefined };

export interface ViewState {
  readonly view: View;
  /** Goes to another view; the back button comes back. */
  show(changes: Changes): void;
  /** The address of another view, for a link. */
  address(changes: Changes): string;
}

/** What is looked at, kept in the address: it survives a reload and can be sent to a colleague. */
export function useView(): ViewState {
  const params = useSearchParams();
  return useMemo(() => {
    const search = new URLSearchParams(params);
    const address = (changes: Changes) => viewAddress(search, changes);
    return {
      view: readView(search),
      address,
      show: (changes) => window.history.pushState(null, "", address(changes)),
    };
  }, [params]);
}

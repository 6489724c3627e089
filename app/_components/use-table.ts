"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useMemo, useRef } from "react";
import {
  changeAddress,
  type FilterSpec,
  readPage,
  readTable,
  type TableInput,
  type TableSpec,
} from "./table-url.ts";

/** What the parts of a list share, whatever its filters. */
export interface TableState {
  /** From 1. */
  readonly page: number;
  readonly limit: number;
  readonly search: string | undefined;
  /** Whether a search or filter hides something. */
  readonly narrowed: boolean;
  filter(name: string): string | undefined;
  setLimit(limit: number): void;
  setSearch(search: string): void;
  setFilter(name: string, value: string | undefined): void;
  /** Drops search and filters. */
  clear(): void;
  next(cursor: string): void;
  /** One page back; to the first page where the way here is not known. */
  previous(): void;
}

export interface Table<Filters extends FilterSpec> extends TableState {
  /** For the list's procedure: `trpc.license.list.queryOptions(table.input)`. */
  readonly input: TableInput<Filters>;
}

/** A list's state, kept in the address: it survives a reload, can be sent to a colleague, and the back button works. */
export function useTable<Filters extends FilterSpec>(spec: TableSpec<Filters>): Table<Filters> {
  const params = useSearchParams();
  const path = usePathname();
  /** The cursors of the pages before this one; undefined is the first page's. */
  const trail = useRef<(string | undefined)[]>([]);

  return useMemo(() => {
    const address = new URLSearchParams(params);
    const input = readTable(address, spec);
    const page = readPage(address);
    const names = Object.keys(spec.filters);
    const { search, limit, cursor } = input;
    const go = (
      changes: Record<string, string | undefined>,
      how: "pushState" | "replaceState" = "pushState",
    ) => {
      const query = changeAddress(address, changes);
      window.history[how](null, "", query ? `${path}?${query}` : path);
    };
    return {
      input,
      page,
      limit,
      search,
      narrowed: search !== undefined || names.some((name) => address.has(name)),
      filter: (name) => address.get(name) ?? undefined,
      setLimit: (size) => go({ size: String(size) }),
      // Typing does not fill the history.
      setSearch: (text) => go({ q: text.trim() }, "replaceState"),
      setFilter: (name, value) => go({ [name]: value }),
      clear: () => go(Object.fromEntries(["q", ...names].map((name) => [name, undefined]))),
      next(after) {
        trail.current[page - 1] = cursor;
        go({ after, page: String(page + 1) });
      },
      previous() {
        const before = trail.current[page - 2];
        go(before === undefined ? {} : { after: before, page: String(page - 1) });
      },
    };
  }, [params, path, spec]);
}

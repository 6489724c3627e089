import type { Page } from "./data-table.tsx";

/** One page of a list that is here whole. Its cursor is the place in the list; anything else is the beginning. */
export function localPage<Row>(
  rows: readonly Row[],
  { cursor, limit }: { cursor?: string; limit: number },
): Page<Row> {
  const place = Number(cursor ?? 0);
  const start = Number.isSafeInteger(place) && place > 0 && place < rows.length ? place : 0;
  const end = start + limit;
  return { items: rows.slice(start, end), nextCursor: end < rows.length ? String(end) : null };
}

/** Whether one of the texts contains what is searched for, in any case. */
export function contains(search: string | undefined, ...texts: readonly string[]): boolean {
  if (search === undefined) return true;
  const wanted = search.toLowerCase();
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

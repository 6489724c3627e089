import { type Span, stepOf, stepsOf } from "../domain/analytics-period.ts";

/** Of every step of the span one entry, also where nothing happened; `of` is given the step's own items. */
export function perStep<Item extends { readonly start: Date }, Entry>(
  span: Span,
  items: readonly Item[],
  of: (start: Date, items: readonly Item[]) => Entry,
): Entry[] {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const key = stepOf(span, item.start).getTime();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return stepsOf(span).map((start) => of(start, groups.get(start.getTime()) ?? []));
}

export function sum(items: readonly { readonly value: number }[]): number {
  return items.reduce((total, { value }) => total + value, 0);
}

/** Added up by a key, most first. */
export function ranked<Item extends { readonly value: number }>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): { key: string; value: number }[] {
  const totals = new Map<string, number>();
  for (const item of items) totals.set(keyOf(item), (totals.get(keyOf(item)) ?? 0) + item.value);
  return [...totals]
    .map(([key, value]) => ({ key, value }))
    .toSorted((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1));
}

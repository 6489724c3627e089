import { expect, test } from "vitest";
import { contains, localPage } from "./local-page.ts";

const rows = Array.from({ length: 25 }, (_, index) => index);

test("a list that is here whole is read page by page to its end", () => {
  const first = localPage(rows, { limit: 10 });
  expect(first).toEqual({ items: rows.slice(0, 10), nextCursor: "10" });
  const second = localPage(rows, { limit: 10, cursor: "10" });
  expect(second).toEqual({ items: rows.slice(10, 20), nextCursor: "20" });
  expect(localPage(rows, { limit: 10, cursor: "20" })).toEqual({ items: rows.slice(20), nextCursor: null });
});

test.each(["x", "-3", "1.5", "400", ""])("the cursor %j of a mangled address is the first page", (cursor) => {
  expect(localPage(rows, { limit: 10, cursor }).items[0]).toBe(0);
});

test("a search finds a text in any case, and without one everything", () => {
  expect(contains("REND", "Renderer", "rndr")).toBe(true);
  expect(contains("x", "Renderer")).toBe(false);
  expect(contains(undefined)).toBe(true);
});

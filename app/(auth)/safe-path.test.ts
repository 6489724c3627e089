import { expect, test } from "vitest";
import { safePath } from "./safe-path.ts";

test("a path of this site is kept, with its query", () => {
  expect(safePath("/admin/licenses?status=active")).toBe("/admin/licenses?status=active");
});

test.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
  "admin",
  undefined,
  ["/admin"],
])("%o leads to the start page, not away", (given) => {
  expect(safePath(given)).toBe("/");
});

import { expect, test } from "vitest";
import { suggestCode, suggestKeyPrefix } from "./suggest.ts";

test.each([
  ["4K export", "4k-export"],
  ["  Café  Déjà-vu! ", "cafe-deja-vu"],
  ["Ada's Studio", "adas-studio"],
  ["日本", ""],
  [`${"x".repeat(48)} y`, "x".repeat(48)],
])("the code suggested for %j is %j", (name, code) => {
  expect(suggestCode(name)).toBe(code);
});

test.each([
  ["Renderer", "RNDR"],
  ["Photo Studio", "PHST"],
  ["Acme Render Farm Pro Max", "ARFP"],
  ["Aieo", "AIEO"],
  ["Go", "GO"],
  ["日本", ""],
])("the key prefix suggested for %j is %j", (name, prefix) => {
  expect(suggestKeyPrefix(name)).toBe(prefix);
});

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { comparisonOf, KINDS_WITH_WORDS } from "./incident-words.ts";

test("every kind of drift that reconciliation looks for has words of its own", () => {
  const folder = new URL("../../../../prisma/sql/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.startsWith("reconcile_"));
  const sources = files.map((name) => readFileSync(new URL(name, folder), "utf8"));
  const matches = sources.flatMap((sql) => [
    ...sql.matchAll(/\('(?<one>\w+)', f\.|'kind', '(?<two>\w+)'|\('(?<three>\w+)', '\{/g),
  ]);
  const kinds = matches.map(({ groups }) => groups?.one ?? groups?.two ?? groups?.three);
  expect(kinds.toSorted()).toEqual(KINDS_WITH_WORDS.toSorted());
});

test("figures that differ come first, and are marked", () => {
  const expected = { granted: 1000, spent: 12_345 };
  expect(comparisonOf({ expected, actual: { granted: 1000, spent: 12_346 } })).toEqual([
    { label: "Spent", expected: "12,345", actual: "12,346", differs: true },
    { label: "Granted", expected: "1,000", actual: "1,000", differs: false },
  ]);
});

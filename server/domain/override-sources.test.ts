import { expect, test } from "vitest";
import { overrideSources } from "./override-sources.ts";

test("each value of a license's own is traced to the change that gave it, also where it was taken away in between", () => {
  const changes = [
    {
      n: 4,
      before: { overrides: { seats: 9, graceDays: 3 } },
      after: { overrides: { seats: 9, graceDays: 3, activationsMax: 2 } },
    },
    { n: 3, before: { overrides: { graceDays: 3 } }, after: { overrides: { seats: 9, graceDays: 3 } } },
    { n: 2, before: { overrides: { seats: 9, graceDays: 3 } }, after: { overrides: { graceDays: 3 } } },
    { n: 1, before: null, after: { overrides: { seats: 9, graceDays: 3 }, note: "" } },
  ];
  const sources = overrideSources(
    { seats: 9, graceDays: 3, activationsMax: 2, leaseTtlSeconds: 60 },
    changes,
  );
  expect([...sources].map(([rule, { n }]) => [rule, n])).toEqual([
    ["seats", 3],
    ["graceDays", 1],
    ["activationsMax", 4],
  ]);
});

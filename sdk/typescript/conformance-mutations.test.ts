import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("each check that is taken out of the library makes vectors of the corpus fail", {
  timeout: 120_000,
}, async () => {
  const script = join(import.meta.dirname, "testing", "conformance-mutations.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--brief"], {
    maxBuffer: 16 * 1024 * 1024,
  });
  const table: { what: string; noticed: string[] }[] = JSON.parse(stdout);
  expect(table.length).toBeGreaterThan(40);
  expect(table.filter(({ noticed }) => noticed.length === 0)).toEqual([]);
});

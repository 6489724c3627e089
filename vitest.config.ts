import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const FILES = ["{app,server,workers,sdk,prisma,scripts}/**/*.test.{ts,tsx}", "tests/**/*.test.ts"];
const NOT = ["**/node_modules/**", "**/dist/**", "prisma/generated/**"];

/** What others in its process would notice of a file: modules that it replaces, spies, a process that it changes. */
const CHANGES_ITS_PROCESS =
  /\bvi\.(mock|doMock|spyOn|stub\w+|use\w+Timers|resetModules)\(|\bprocess\.(on|once|chdir|env\.\w+ =)/;

const alone = globSync(FILES, { cwd: import.meta.dirname, exclude: NOT })
  .filter((file) => CHANGES_ITS_PROCESS.test(readFileSync(join(import.meta.dirname, file), "utf8")))
  // A folder of the portal is called (admin) or [id], which would mean something else in a pattern.
  .map((file) => file.replace(/[()[\]]/g, "\\$&"));

/** The largest files come first, as most that take long are; these are small, and all would wait for them at the end. */
const LONGEST = /tests\/(history\/mutations|chaos\/kills)\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => Number(LONGEST.test(moduleId));
    return (await super.sort(files)).toSorted((a, b) => isLongest(b) - isLongest(a));
  }
}

export default defineConfig({
  test: {
    globalSetup: ["server/testing/global-setup.ts"],
    // Much of a test is waiting for PostgreSQL or for a process, so three at once are quicker even on two cores.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Long enough for a machine that has much else to do: they tell what hangs, not what is slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    projects: [
      { extends: true, test: { name: "alone", include: alone } },
      // Loading the product costs more than the tests of most files do, so a process does it once for many of them.
      {
        extends: true,
        test: { name: "together", include: FILES, exclude: [...NOT, ...alone], isolate: false },
      },
    ],
  },
});

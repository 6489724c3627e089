import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

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
    include: ["{app,server,workers,sdk,prisma,scripts}/**/*.test.{ts,tsx}", "tests/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "prisma/generated/**"],
    globalSetup: ["server/testing/global-setup.ts"],
    // Much of a test is waiting for PostgreSQL or for a process, so three at once are quicker even on two cores.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Long enough for a machine that has much else to do: they tell what hangs, not what is slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});

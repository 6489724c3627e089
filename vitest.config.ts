import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{app,server,workers,sdk,prisma,scripts}/**/*.test.{ts,tsx}", "tests/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "prisma/generated/**"],
    globalSetup: ["server/testing/global-setup.ts"],
    // Much of a test is waiting for PostgreSQL or for a process, so three at once are quicker even on two cores.
    maxWorkers: 3,
    // Long enough for a machine that has much else to do: they tell what hangs, not what is slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});

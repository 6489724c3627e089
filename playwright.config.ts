import { defineConfig, devices } from "@playwright/test";
import { chromiumOptions } from "./scripts/check/system.ts";

export default defineConfig({
  testDir: "tests/e2e",
  testMatch: "**/*.spec.ts",
  // Starts Signet on free ports with data of its own, and tells the tests by SIGNET_PORTAL_URL and its like.
  globalSetup: "./tests/e2e/signet.setup.ts",
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    ...devices["Desktop Chrome"],
    ...(process.env.SIGNET_PORTAL_URL === undefined ? {} : { baseURL: process.env.SIGNET_PORTAL_URL }),
    // Filming every test costs more than it tells; what failed has its steps, its pages as they stood, and a picture of its end.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
    launchOptions: chromiumOptions(),
  },
});

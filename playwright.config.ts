import { defineConfig, devices } from "@playwright/test";
import { chromiumPath } from "./scripts/check/system.ts";

const root = process.getuid?.() === 0;

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
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromiumPath(),
      // Chromium's sandbox does not work for root.
      args: ["--disable-background-networking", ...(root ? ["--no-sandbox"] : [])],
    },
  },
});

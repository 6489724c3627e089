import type { TestProject } from "vitest/node";
import { startTestServer, type TestServer } from "./cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

/** Vitest's global setup: one PostgreSQL for the whole run, and its end afterwards. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startTestServer();
  project.provide("testServer", server);
  return stop;
}

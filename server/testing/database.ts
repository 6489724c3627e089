import { inject } from "vitest";
import { cloneDatabase, type TestDatabase } from "./cluster.ts";

/** A fresh, migrated, empty database for a test file: call it in `beforeAll`, and `drop()` it in `afterAll`. */
export function createTestDatabase(): Promise<TestDatabase> {
  return cloneDatabase(inject("testServer"));
}

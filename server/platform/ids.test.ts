import { expect, test } from "vitest";
import { publicId, storedId } from "../domain/ids.ts";
import { newCorrelationId, newUuid } from "./ids.ts";

test("ids made one after another sort in that order, and no two are the same", () => {
  const made = Array.from({ length: 50_000 }, newUuid);
  expect(new Set(made).size).toBe(made.length);
  expect(made.toSorted()).toEqual(made);
});

test("an id is a UUIDv7 of this moment, and has a public form", () => {
  const id = newUuid();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Math.abs(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16) - Date.now())).toBeLessThan(
    60_000,
  );
  expect(storedId("license", publicId("license", id))).toBe(id);
});

test("a correlation id is a public id like any other", () => {
  expect(storedId("correlation", newCorrelationId())).toBeDefined();
});

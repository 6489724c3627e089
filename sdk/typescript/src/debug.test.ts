import { afterEach, beforeEach, expect, test } from "vitest";
import { debugTo } from "./debug.ts";

const unhandled: unknown[] = [];
const hear = (reason: unknown) => unhandled.push(reason);
beforeEach(() => process.on("unhandledRejection", hear));
afterEach(() => process.off("unhandledRejection", hear));

test.each<[how: string, listener: () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("thrown");
    },
  ],
  ["rejects", () => Promise.reject(new Error("rejected"))],
  ["rejects later", () => new Promise((_, reject) => setTimeout(reject, 1, new Error("late")))],
  [
    "returns what throws when it is waited for",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: that is the trap.
      get then() {
        throw new Error("then");
      },
    }),
  ],
])("a log that %s harms nobody", async (_how, listener) => {
  const told: unknown[] = [];
  const debug = debugTo(
    (event) => {
      told.push(event);
      return listener();
    },
    () => 7,
  );
  debug("seat_lost", { lease: "lea_1" });
  debug("request");
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(told).toEqual([
    { event: "seat_lost", at: 7, facts: { lease: "lea_1" } },
    { event: "request", at: 7, facts: {} },
  ]);
  expect(unhandled).toEqual([]);
});

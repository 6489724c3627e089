import { expect, test } from "vitest";
import { SignetError } from "./errors.ts";

test("an error made by another copy of this module is still recognised", () => {
  const foreign = Object.assign(new Error("Not now."), {
    name: "SignetError",
    code: "overloaded",
    errors: [],
  });
  expect(foreign instanceof SignetError).toBe(true);
  expect(new SignetError("overloaded") instanceof SignetError).toBe(true);
});

test.each([new Error("plain"), "SignetError", { name: "SignetError" }, null])("%o is not one", (value) => {
  expect(value instanceof SignetError).toBe(false);
});

import { describe, expect, test } from "vitest";
import { CODE_FACTS } from "./codes.ts";
import { isSignetError, SignetError, type SignetFailure } from "./errors.ts";

describe("an error", () => {
  test.each(Object.keys(CODE_FACTS) as (keyof typeof CODE_FACTS)[])(
    "%s has one sentence for the end user",
    (code) => {
      expect(new SignetError(code).message).toMatch(/^[A-Z][^.!]+\.$/);
    },
  );

  test("narrows its reason by its code", () => {
    const sentenceFor = (error: SignetFailure): string => {
      if (error.code === "token_invalid" && error.reason === "fingerprint") return "another device";
      if (error.code === "trust_invalid" && error.reason === "rollback") return "an old bundle";
      return error.code;
    };
    const error: unknown = new SignetError("token_invalid", { reason: "fingerprint" });
    expect(isSignetError(error) && sentenceFor(error)).toBe("another device");
    expect(isSignetError(new Error("other"))).toBe(false);
  });
});

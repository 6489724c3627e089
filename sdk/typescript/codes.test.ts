import { expect, test } from "vitest";
import { CODES } from "../../server/domain/codes.ts";
import { CODE_FACTS, isServerCode } from "./src/codes.ts";

test("the SDK knows every code of the server, and says the same about it", () => {
  const known = Object.entries(CODE_FACTS).filter(([code]) => isServerCode(code));
  const served = Object.entries(CODES).map(([code, { retryable, sentence }]) => [
    code,
    { retryable, sentence },
  ]);
  expect(Object.fromEntries(known)).toEqual(Object.fromEntries(served));
});

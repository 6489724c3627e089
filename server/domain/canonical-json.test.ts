import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

test("canonical JSON does not depend on the order of keys, at any depth", () => {
  expect(canonicalJson({ b: [{ y: 1, x: "ü" }], a: null })).toBe('{"a":null,"b":[{"x":"ü","y":1}]}');
  expect(canonicalJson({ a: null, b: [{ x: "ü", y: 1 }] })).toBe('{"a":null,"b":[{"x":"ü","y":1}]}');
});

import { expect, test } from "vitest";
import { decoded } from "./read-file.ts";

test.each([
  ["UTF-8", Buffer.from("Käse")],
  ["UTF-16 with its mark", Buffer.from("\uFEFFKäse", "utf16le")],
  ["Windows-1252", Buffer.from([0x4b, 0xe4, 0x73, 0x65])],
])("a file in %s is read as it was written", (_, bytes) => {
  expect(decoded(bytes)).toBe("Käse");
});

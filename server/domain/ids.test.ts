import fc from "fast-check";
import { expect, test } from "vitest";
import { ID_PREFIXES, idOf, publicId, storedId } from "./ids.ts";

test("an id survives the way out and back, and no other kind takes it", () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      expect(storedId("license", publicId("license", uuid))).toBe(uuid);
      expect(storedId("activation", publicId("license", uuid))).toBeUndefined();
    }),
  );
});

test("no two kinds share a prefix", () => {
  const prefixes = Object.values(ID_PREFIXES);
  expect(new Set(prefixes).size).toBe(prefixes.length);
});

test("what is not an id says what one looks like", () => {
  const result = idOf("license").safeParse("lic_nonsense");
  expect(result.error?.issues[0]?.message).toContain("lic_");
});

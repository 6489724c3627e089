import { expect, test } from "vitest";
import { CHOSEN_LICENSES_MAX } from "#server/domain/bulk-change.ts";
import { publicId } from "#server/domain/ids.ts";
import { newUuid } from "#server/platform/ids.ts";
import { chosenLicenses } from "./license-filter.ts";

test("more licenses than may be chosen one by one are refused in words, and none of them is left out", () => {
  const ids = Array.from({ length: CHOSEN_LICENSES_MAX }, () => newUuid());
  const named = ids.map((id) => publicId("license", id)).join(" ");
  expect(chosenLicenses(named)).toEqual(ids);
  expect(() => chosenLicenses(`${named} ${publicId("license", newUuid())}`)).toThrow(
    "At most 1,000 licenses",
  );
});

import { expect, test } from "vitest";
import { customerPlace, teamPlace } from "#server/domain/places.ts";
import { newUuid } from "#server/platform/ids.ts";
import { readRemembered, rememberPlace } from "./remembered.ts";

test("the last team and the last customer are remembered, each by itself, and which of them was the last", () => {
  const [tenantId, first, second] = [newUuid(), newUuid(), newUuid()];
  let cookie = rememberPlace(undefined, customerPlace(first));
  cookie = rememberPlace(cookie, teamPlace(tenantId));
  cookie = rememberPlace(cookie, customerPlace(second));
  expect(readRemembered(cookie)).toEqual({ last: customerPlace(second), tenantId, customerId: second });
});

test.each([undefined, "", "..", "lic_1.x", "x".repeat(5_000)])(
  "nothing is read from a cookie of %j",
  (cookie) => {
    expect(readRemembered(cookie)).toMatchObject({ tenantId: undefined, customerId: undefined });
  },
);

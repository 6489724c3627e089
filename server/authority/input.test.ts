import { expect, test } from "vitest";
import { publicId } from "../domain/ids.ts";
import { newUuid } from "../platform/ids.ts";
import { listAudit } from "./audit-input.ts";
import { issueLicenses, renewLicense } from "./license-input.ts";

const license = publicId("license", newUuid());
const granted = { customerId: publicId("customer", newUuid()), policyId: publicId("policy", newUuid()) };

test.each([
  ["an event's number larger than any", listAudit, { cursor: "9999999999" }],
  ["a control character in a correlation id", listAudit, { correlationId: "cor_\0" }],
  ["a start before any software", issueLicenses, { ...granted, startsAt: new Date(-8.64e15) }],
  ["a start at the end of time", issueLicenses, { ...granted, startsAt: new Date(8.64e15) }],
  ["a renewal until the end of time", renewLicense, { id: license, until: new Date(8.64e15) }],
])("%s is refused before the database is asked", (_what, schema, input) => {
  expect(schema.safeParse(input).success).toBe(false);
});

test("an event's number and a date that can be are taken", () => {
  expect(listAudit.safeParse({ cursor: "2147483647", correlationId: "cor_1" }).success).toBe(true);
  expect(issueLicenses.safeParse({ ...granted, startsAt: new Date("2030-01-01") }).success).toBe(true);
  expect(renewLicense.safeParse({ id: license, until: new Date("2040-01-01") }).success).toBe(true);
});

import { describe, expect, test } from "vitest";
import { formatLicenseKey } from "#sdk/license-key.ts";
import { publicId } from "#server/domain/ids.ts";
import { isSecret, questionsOf } from "./question.ts";

const UUID = "019a0000-0000-7000-8000-000000000001";
const key = formatLicenseKey("ACME", new Uint8Array(23).fill(7));

describe("a pasted text", () => {
  test.each([
    [publicId("license", UUID), { of: "license", id: publicId("license", UUID) }],
    [publicId("activation", UUID), { of: "activation", id: publicId("activation", UUID) }],
    [` ${publicId("lease", UUID)}\n`, { of: "lease", id: publicId("lease", UUID) }],
    [publicId("correlation", UUID), { of: "request", correlationId: publicId("correlation", UUID) }],
    [key, { of: "licenseKey", key }],
    [key.toLowerCase().replaceAll("-", " "), { of: "licenseKey", key }],
  ])("%j can only be %j", (text, question) => {
    expect(questionsOf(text)).toEqual([question]);
  });

  test("that nothing tells apart is looked for as a correlation id, then as a ticket", () => {
    expect(questionsOf("job-42")).toEqual([
      { of: "request", correlationId: "job-42" },
      { of: "ticket", id: "job-42" },
    ]);
  });

  test("of spaces asks nothing", () => {
    expect(questionsOf("  \n")).toEqual([]);
  });
});

test("only a license key is kept out of the address", () => {
  expect([isSecret(` ${key} `), isSecret("job-42"), isSecret(publicId("license", UUID))]).toEqual([
    true,
    false,
    false,
  ]);
});

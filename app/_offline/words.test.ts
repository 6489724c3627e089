import { expect, test } from "vitest";
import { deactivationWords, fileName, filesIn, journalWords, requestWords } from "./words.ts";

const LICENSE = {
  id: "lic_1",
  keyHint: "RNDR-…-AAAAA",
  customer: "Northwind",
  product: "Renderer",
  policy: "Annual",
  activationCount: 0,
  activationsMax: 3 as number | null,
};
const DESK = { audience: "customer", vendorName: "Acme" } as const;
const REQUEST = {
  kind: "request",
  license: LICENSE,
  device: { name: "Press", platform: "linux", appVersion: "" },
  madeAt: new Date(0),
  offlineDays: 30,
  tickets: [],
} as const;

test.each([
  [3, 0, "Takes 1 of 3 devices: 1 of 3 will be in use."],
  [1, 0, "Takes 1 of 1 device: 1 of 1 will be in use."],
  [null, 7, "Takes one device; any number is allowed, 8 will be in use."],
])("a new device of %s, %s in use", (activationsMax, activationCount, sentence) => {
  const license = { ...LICENSE, activationsMax, activationCount };
  const words = requestWords({ ...REQUEST, license, prospect: { outcome: "new" } }, DESK);
  expect(words).toEqual({ headline: sentence, isRefused: false });
});

test("what would be refused says what to do, each in their own words", () => {
  const refused = { ...REQUEST, prospect: { outcome: "refused", code: "activation_limit_reached" } } as const;
  expect(requestWords(refused, DESK)).toMatchObject({
    headline: "All 3 devices of this license are taken.",
    advice: expect.stringContaining("ask Acme for more"),
    isRefused: true,
  });
  expect(requestWords(refused, { ...DESK, audience: "staff" }).advice).toContain("raise the limit");
});

test("a device given up frees its place", () => {
  const license = { ...LICENSE, activationCount: 2 };
  const file = {
    kind: "deactivation",
    license,
    device: "Press",
    madeAt: new Date(0),
    lacksJournal: false,
  } as const;
  expect(deactivationWords({ ...file, activationId: "act_1", prospect: { outcome: "frees" } }).headline).toBe(
    "Frees 1 of 3 devices: 1 of 3 will be in use.",
  );
});

test.each([
  [1, 3, 0, "Records 3 entries: 12 minutes used from the credits this machine took along."],
  [1, 3, 2, "Records 1 entry: 12 minutes used from the credits this machine took along."],
  [1, 3, 3, "All of it was recorded before; nothing is charged again."],
  [5, 6, 2, "Entries 3 to 4 are missing."],
])("a journal of entries %s to %s where %s are known", (first, last, recorded, sentence) => {
  const used = [{ meterName: "Rendering", unit: "minutes", amount: 12 }];
  const journal = {
    kind: "journal",
    license: LICENSE,
    device: "Press",
    first,
    last,
    recorded,
    used,
  } as const;
  expect(journalWords(journal).headline).toBe(sentence);
});

test("of several files in one text the journal comes before the device is given up", () => {
  const file = (name: string) => `-----BEGIN SIGNET ${name}-----\neyJ\n-----END SIGNET ${name}-----`;
  const [receipt, journal] = [file("DEACTIVATION RECEIPT"), file("USAGE JOURNAL")];
  expect(filesIn(`Hello,\n${receipt}\nand\n${journal}\nbye`)).toEqual([journal, receipt]);
  expect(filesIn(`> ${receipt}`)).toEqual([`> ${receipt}`]);
});

test("a file is named after its device, whatever that is called", () => {
  expect(fileName("response", "Übersetzer / Halle 3")).toBe("signet-response-ubersetzer-halle-3.txt");
  expect(fileName("response", "")).toBe("signet-response.txt");
  expect(fileName("response", "../../..")).toBe("signet-response.txt");
});

import { expect, test } from "vitest";
import { exampleRows, guessMapping, IMPORT_COLUMN_NAMES } from "./license-import.ts";

test("a column is known by its name, however it is written, and by what people call it elsewhere", () => {
  const mapping = guessMapping(["Licence Type", "Valid-Until", "COMPANY", "E-Mail", "Colour"]);
  expect(mapping).toMatchObject({ policy: 0, expires_at: 1, customer: 2, customer_email: 3, note: null });
});

test("its own name goes before what else it may be called", () => {
  expect(guessMapping(["Account", "customer"])).toMatchObject({ customer: 1 });
});

test("the example has every column, under headings that are all known", () => {
  const [headings = []] = exampleRows();
  expect(guessMapping(headings)).toEqual(
    Object.fromEntries(IMPORT_COLUMN_NAMES.map((name, index) => [name, index])),
  );
});

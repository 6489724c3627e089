import { expect, test } from "vitest";
import { placeErrors } from "./form-errors.ts";

const VALUES = { code: "", features: [{ code: "export" }], "a/b": "" };

test("an error lands on the field its pointer names, however deep", () => {
  const errors = [
    { pointer: "/code", message: "is taken" },
    { pointer: "/features/0/code", message: "is twice" },
    { pointer: "/a~1b", message: "is odd" },
  ];
  expect(placeErrors(errors, VALUES)).toEqual({
    fields: { code: "is taken", "features.0.code": "is twice", "a/b": "is odd" },
    rest: [],
  });
});

test("an error that no field of the form can show is kept", () => {
  const errors = [
    { pointer: "/features/7/code", message: "is gone" },
    { pointer: "", message: "Nothing was sent." },
  ];
  expect(placeErrors(errors, VALUES)).toEqual({
    fields: {},
    rest: ["features.7.code: is gone", "Nothing was sent."],
  });
});

test("the first of two errors on a field is the one shown", () => {
  const errors = [
    { pointer: "/code", message: "is missing" },
    { pointer: "/code", message: "is too short" },
  ];
  expect(placeErrors(errors, VALUES).fields).toEqual({ code: "is missing" });
});

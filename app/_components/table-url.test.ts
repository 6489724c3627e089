import { expect, test } from "vitest";
import { changeAddress, readPage, readTable, type TableSpec } from "./table-url.ts";

const SPEC = { filters: { status: ["active", "revoked"], productId: null } } satisfies TableSpec;

test("an address without anything is the list as it is first shown", () => {
  expect(readTable({}, SPEC)).toEqual({ limit: 25 });
});

test("search, filters, size and position are read from the address", () => {
  const address = new URLSearchParams("q=acme+%26+co&status=active&productId=prd_1&size=50&after=xyz&page=3");
  expect(readTable(address, SPEC)).toEqual({
    search: "acme & co",
    status: "active",
    productId: "prd_1",
    limit: 50,
    cursor: "xyz",
  });
  expect(readPage(address)).toBe(3);
});

test.each([
  { size: "1000000" },
  { size: "x" },
  { status: "odd" },
  { status: "" },
  { q: "  " },
  { other: "x" },
])("a malformed address %o is as if it were not there", (params) => {
  expect(readTable(params, SPEC)).toEqual({ limit: 25 });
});

test("narrowing a list begins at its first page again", () => {
  const address = new URLSearchParams("after=xyz&page=3&status=active");
  expect(changeAddress(address, { q: "acme" })).toBe("status=active&q=acme");
});

test("going on keeps search and filters", () => {
  const address = new URLSearchParams("q=acme&status=active");
  expect(changeAddress(address, { after: "xyz", page: "2" })).toBe("q=acme&status=active&after=xyz&page=2");
});

import { expect, test } from "vitest";
import { periodUntil, readView, viewAddress } from "./view.ts";

test.each([
  ["", { period: "30d" }],
  ["period=12m&productId=prd_x", { period: "12m", productId: "prd_x" }],
  [
    "period=2030-01-01..2030-01-31&customerId=cus_x&licenseId=lic_x",
    { period: "2030-01-01..2030-01-31", customerId: "cus_x", licenseId: "lic_x" },
  ],
  ["period=31d&limit=3&other=x", { period: "30d" }],
  ["period=2030-02-31..2030-03-01", { period: "30d" }],
])("the address ?%s is a view", (query, view) => {
  expect(readView(new URLSearchParams(query))).toEqual(view);
});

test("a change keeps the rest of the address, and what is taken out leaves no trace", () => {
  const params = new URLSearchParams("period=7d&productId=prd_x&licenseId=lic_x");
  expect(viewAddress(params, { period: "90d", licenseId: undefined })).toBe(
    "/admin/analytics?period=90d&productId=prd_x",
  );
  expect(viewAddress(new URLSearchParams("period=7d"), { period: undefined })).toBe("/admin/analytics");
});

test("thirty days that end with a day begin 29 days before it", () => {
  expect(periodUntil(new Date("2030-03-01"))).toBe("2030-01-31..2030-03-01");
});

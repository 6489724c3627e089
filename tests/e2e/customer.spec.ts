import { expect, test } from "@playwright/test";
import { Device, demo, signIn, watch } from "./portal.ts";

test("a customer's manager frees a colleague's stuck seat, names a device, and gives its place back", async ({
  browser,
  page,
}) => {
  const licensed = demo().licenses.at(-1);
  if (licensed === undefined) throw new Error("The seed made no license.");
  const vendor = await browser.newPage();
  await signIn(vendor, "Admin");
  await vendor.goto("/admin/licenses");
  await vendor.getByPlaceholder(/Search key/).fill(licensed.key);
  await expect(vendor).toHaveURL(/q=/);
  await vendor.getByRole("link", { name: new RegExp(licensed.key.slice(-5)) }).click();
  await vendor.waitForURL(/lic_/);
  const id = new URL(vendor.url()).pathname.split("/").at(-1);
  const overrides = { seats: 1, activationsMax: 20, selfServiceDeactivation: true };
  const changed = await vendor.request.post("/api/trpc/license.setOverrides", {
    data: { json: { id, overrides } },
  });
  expect(changed.ok()).toBe(true);
  await vendor.close();

  const quiet = watch(page);
  await signIn(page, "Customer");
  await page.goto(`/portal/seats?licenseId=${id}`);
  await expect(page.getByRole("status", { name: "Connection" })).toHaveText("Live");
  await expect(page.getByText("Nobody holds a seat at the moment.")).toBeVisible();
  expect(await new Device("ben", licensed.product).checkout(licensed.key)).toBe("held seat 1");
  await expect(page.getByRole("list", { name: /Seats of/ }).getByText("ben", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Release ben's seat" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Frees seat 1: 0 of 1 seat in use afterwards.")).toBeVisible();
  await dialog.getByRole("button", { name: "Release seat" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Nobody holds a seat at the moment.")).toBeVisible();

  // The device that was activated last stands first.
  await page.goto(`/portal/devices?licenseId=${id}`);
  await page
    .getByRole("button", { name: /^Rename / })
    .first()
    .click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Ben's desk");
  await dialog.getByRole("button", { name: "Rename" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("The device is now called Ben's desk.")).toBeVisible();
  await page.getByRole("button", { name: "Deactivate Ben's desk" }).click();
  await expect(dialog.getByText(/Frees one place: \d+ of 20 devices in use afterwards\./)).toBeVisible();
  await dialog.getByRole("button", { name: "Deactivate device" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Deactivate Ben's desk" })).toBeHidden();
  quiet.expectQuiet();
});

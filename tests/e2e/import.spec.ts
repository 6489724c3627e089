import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { signIn, watch } from "./portal.ts";

/** Licenses from a table: tried first, mended, issued once, their keys in a file; and one of them transferred. */
test("a table is tried before it is imported, and its licenses can be found, exported and transferred", async ({
  page,
}) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/licenses");
  await page.getByRole("link", { name: "Import CSV" }).click();

  const table = (policy: string) =>
    `Company\tPlan\tOrder number\nLitware\tstudio-annual\tImported 1\nLitware\t${policy}\tImported 2\n`;
  const check = async (policy: string) => {
    await page.getByLabel("Or paste a table").fill(table(policy));
    await page.getByRole("button", { name: "Check the table" }).click();
  };
  await check("studio-anual");
  await expect(page.getByRole("heading", { name: "1 row of 2 is not right" })).toBeVisible();
  await expect(page.getByText("Line 3")).toBeVisible();
  await expect(page.getByText("You have no policy of this code.").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Issue 1 license, leave out 1 row" })).toBeVisible();

  await page.getByRole("button", { name: "Choose another" }).click();
  await check("studio-annual");
  await expect(page.getByRole("heading", { name: "Every row is right" })).toBeVisible();
  await expect(page.getByText("New: Litware")).toBeVisible();
  await page.getByRole("button", { name: "Issue 2 licenses" }).click();
  await expect(page.getByRole("heading", { name: "2 licenses are issued" })).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download keys" }).click();
  const keys = readFileSync(await (await download).path(), "utf8");
  expect(keys.match(/RNDR-[0-9A-Z-]{29}/g)).toHaveLength(2);

  await page.goto("/admin/licenses?q=Litware");
  const listed = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  expect(readFileSync(await (await listed).path(), "utf8").match(/,Litware,/g)).toHaveLength(2);

  await page.getByRole("main").locator('a[href^="/admin/licenses/lic_"]').first().click();
  await page.getByRole("button", { name: "Transfer" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "New customer" }).fill("Northwind");
  await page
    .getByRole("option", { name: /Northwind/ })
    .first()
    .click();
  await expect(dialog.getByText("Nobody of Litware can see it in the portal as it is.")).toBeVisible();
  await expect(dialog.getByText(/of Northwind Design sees? it from then on/)).toBeVisible();
  await dialog.getByRole("button", { name: "Transfer license" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/Litware → Northwind Design/)).toBeVisible();
  quiet.expectQuiet();
});

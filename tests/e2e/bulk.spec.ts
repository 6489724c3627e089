import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { signIn, watch } from "./portal.ts";

/** Some licenses chosen by the keyboard, looked at in numbers, suspended together, and exported. */
test("chosen licenses are suspended together after a look at the numbers, and those that are already are told of", async ({
  page,
}) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/licenses?q=Northwind");
  await page.getByRole("link", { name: "Issue license" }).waitFor();
  const boxes = page.getByRole("checkbox", { name: /^Choose .* of Northwind/ });
  const bar = page.getByRole("region", { name: "Chosen licenses" });

  async function change(verb: string, done: RegExp) {
    await page.goto("/admin/licenses?q=Northwind");
    await boxes.first().focus();
    await page.keyboard.press("Space");
    await expect(bar.getByText("1 license chosen")).toBeVisible();
    await bar.getByRole("button", { name: "Change" }).click();
    await page.getByRole("menuitem", { name: `${verb} …` }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText(new RegExp(`^${verb}s 1 license`))).toBeVisible();
    await dialog.getByRole("button", { name: `${verb} 1 license` }).click();
    await page.waitForURL(/\/admin\/licenses\/batches\/bat_/);
    await expect(page.getByRole("heading", { name: done })).toBeVisible();
  }
  await change("Suspend", /1 license is suspended/);
  await change("Reinstate", /1 license is reinstated/);

  await page.goto("/admin/licenses?q=Northwind");
  await boxes.first().check();
  const download = page.waitForEvent("download");
  await bar.getByRole("button", { name: "Export chosen" }).click();
  expect(
    readFileSync(await (await download).path(), "utf8")
      .trim()
      .split("\n"),
  ).toHaveLength(2);
  quiet.expectQuiet();
});

import { expect, test } from "@playwright/test";
import { Device, demo, signIn, watch } from "./portal.ts";

test("what a program used is refunded with a reason: the balance rises, and the ledger says why", async ({
  page,
}) => {
  const licensed = demo().licenses[1];
  if (licensed === undefined) throw new Error("The seed made no second license.");
  const left = Number.parseInt(await new Device("renderer", licensed.product).spend(licensed.key), 10);
  expect(left).toBeGreaterThan(0);
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/usage");
  await page.getByRole("link", { name: "Northwind Design" }).first().waitFor();
  await page.goto("/admin/licenses");
  await page.getByPlaceholder(/Search key/).fill(licensed.key);
  await expect(page).toHaveURL(/q=/);
  await page.getByRole("link", { name: new RegExp(licensed.key.slice(-5)) }).click();
  await page.getByRole("region", { name: "Usage" }).getByRole("link", { name: "Render minutes" }).click();
  await page.waitForURL(/\/admin\/usage\/acc_/);

  await page
    .getByRole("button", { name: /^Refund / })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Amount" }).fill("10");
  await expect(dialog.getByText(`Balance: ${left} → ${left + 10} render-minutes.`)).toBeVisible();
  await dialog.getByLabel("Reason").fill("The render failed");
  await dialog.getByRole("button", { name: "Refund 10" }).click();
  await expect(dialog).toBeHidden();
  await expect(
    page
      .getByRole("region", { name: "Balance" })
      .getByText(String(left + 10), { exact: false })
      .first(),
  ).toBeVisible();
  const ledger = page.getByRole("region", { name: "Ledger" });
  await expect(ledger.getByText("The render failed")).toBeVisible();
  await expect(ledger.getByText("+10")).toBeVisible();
  quiet.expectQuiet();
});

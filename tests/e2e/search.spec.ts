import { expect, test } from "@playwright/test";
import { signIn, watch } from "./portal.ts";

test("one key searches everything from any screen, and Enter opens what is found first", async ({ page }) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/audit");
  await page
    .getByRole("button", { name: /^Search/ })
    .first()
    .waitFor();
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("northw");
  await expect(page.getByRole("dialog").getByText("Northwind Design").first()).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/admin\/customers\/cus_/);
  await expect(page.getByRole("heading", { level: 1, name: "Northwind Design" })).toBeVisible();
  quiet.expectQuiet();
});

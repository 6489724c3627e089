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

test("Enter before the answer opens what is found first once it is there, and what was opened is offered again", async ({
  page,
}) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/audit");
  await page
    .getByRole("button", { name: /^Search/ })
    .first()
    .waitFor();
  await page.route("**/api/trpc/search.query**", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  const dialog = page.getByRole("dialog");
  await page.keyboard.press("ControlOrMeta+k");
  // Of a text that is typed on nothing is opened.
  await page.keyboard.type("northw");
  await page.keyboard.press("Enter");
  await page.keyboard.type("xyzzy");
  await expect(dialog.getByText("Nothing fits.", { exact: false })).toBeVisible();
  await expect(page).toHaveURL(/\/admin\/audit$/);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("northw");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/admin\/customers\/cus_/);
  await expect(dialog).toBeHidden();
  await page.keyboard.press("ControlOrMeta+k");
  await expect(dialog.getByRole("button", { name: /^Northwind Design/ })).toBeVisible();
  quiet.expectQuiet();
});

import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { signIn, watch } from "./portal.ts";

test("an endpoint is added, its secret is shown once, and what became of a test is told, with what comes next", async ({
  page,
}) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/webhooks");
  await page.getByRole("button", { name: "New endpoint" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address").fill("https://hooks.signet.invalid/billing");
  await dialog.getByRole("switch", { name: "Everything, also what is added later" }).click();
  await dialog.getByRole("checkbox", { name: "license.expiring" }).check();
  await dialog.getByRole("button", { name: "Add endpoint" }).click();
  await expect(dialog.getByLabel("Signing secret", { exact: true })).toHaveText(/^whsec_[\w+/]{43}=$/);
  await dialog.getByRole("button", { name: "Go on to the endpoint" }).click();

  await expect(page.getByRole("heading", { level: 1, name: "hooks.signet.invalid/billing" })).toBeVisible();
  await page.getByRole("button", { name: "Send a test" }).click();
  const delivery = page.getByRole("dialog", { name: "Delivery" });
  await expect(
    delivery.getByText(/Attempt 1: (There is no host|The name) hooks\.signet\.invalid/),
  ).toBeVisible();
  await expect(delivery.getByText(/attempt \d of 10/)).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa"]).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove endpoint" }).click();
  await expect(page).toHaveURL(/\/admin\/webhooks$/);
  await expect(page.getByText("hooks.signet.invalid")).toHaveCount(0);
  quiet.expectQuiet();
});

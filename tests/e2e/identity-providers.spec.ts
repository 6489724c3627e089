import { expect, test } from "@playwright/test";
import { signIn, watch } from "./portal.ts";

const ISSUER = "https://login.signet.invalid/realms/acme";

test("a provider is named, what its tokens allow is shown, and it is trusted no more", async ({ page }) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/identity-providers");
  await page.getByRole("button", { name: "Add provider" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Issuer").fill(ISSUER);
  await dialog.getByLabel("Address of its keys (JWKS)").fill("https://login.signet.invalid/certs");
  await dialog.getByRole("button", { name: "Another value" }).click();
  await dialog.getByLabel("Value 2", { exact: true }).fill("signet:usage");
  await dialog.getByRole("button", { name: "Add provider" }).click();
  await expect(dialog.getByText("This value is above already")).toBeVisible();
  await dialog.getByLabel("Value 2", { exact: true }).fill("signet:read");
  await expect(dialog.getByRole("region", { name: "Example token" })).toContainText(
    '"scope": "signet:usage signet:read"',
  );
  await dialog.getByRole("button", { name: "Add provider" }).click();

  const card = page.getByRole("region", { name: ISSUER });
  await expect(card.getByText("balances:read")).toBeVisible();
  await card.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove provider" }).click();
  await expect(page.getByText("No provider is trusted yet")).toBeVisible();
  quiet.expectQuiet();
});

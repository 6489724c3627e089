import { expect, test } from "@playwright/test";
import { mailedLink, signUp, watch } from "./portal.ts";

test("a stranger signs up by mail to a tenant of their own, and comes back with a new password or a mailed link", async ({
  page,
}) => {
  const quiet = watch(page);
  const company = `Stranger Things ${Date.now()}`;
  const { email } = await signUp(page, company);
  await page.goto("/admin/settings");
  await expect(page.getByText(company).first()).toBeVisible();

  // Left first: a page that notices it is signed out leads to the sign-in page by itself.
  await page.waitForLoadState("networkidle");
  await page.goto("about:blank");
  await page.context().clearCookies();
  await page.goto("/forgot-password");
  await page.waitForLoadState("networkidle");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send me a link to sign in" }).click();
  await expect(page.getByText("Look at your mail")).toBeVisible();
  await page.goto(await mailedLink(page, email, "Sign in"));
  await page.waitForLoadState("networkidle");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/admin/);
  quiet.expectQuiet();
});

test("the local outbox shows nothing to whoever has not opened the address that was printed", async ({
  page,
}) => {
  await page.goto("/outbox");
  await expect(page.getByText("Open it with the address that npm start printed")).toBeVisible();
  await page.goto("/outbox/open?key=guessed");
  await expect(page.getByText("Open it with the address that npm start printed")).toBeVisible();
});

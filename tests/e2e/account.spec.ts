import { expect, type Page, test } from "@playwright/test";
import { TOTP } from "otpauth";
import { demo, signIn, watch } from "./portal.ts";

async function enterCode(page: Page, code: string, verb: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Code" }).fill(code);
  await dialog.getByRole("button", { name: verb }).click();
}

test("a person sets up a second factor, is asked for it at the next sign-in, and turns it off", async ({
  page,
}) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/account");
  await page.getByRole("button", { name: "Set up" }).click();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  const secret = (await page.getByRole("status", { name: "Secret key" }).textContent())?.trim() ?? "";
  const person = demo().signIns.find(({ label }) => label === "Admin");
  await page
    .getByRole("dialog")
    .getByLabel("Password", { exact: true })
    .fill(person?.password ?? "");
  await enterCode(page, new TOTP({ secret }).generate(), "Turn on");
  const shown = page.getByRole("dialog").getByRole("listitem");
  await expect(shown).toHaveCount(10);
  const codes = await shown.allTextContents();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText(/10 recovery codes left/)).toBeVisible();

  await page.context().clearCookies();
  await page.goto("/sign-in?next=/admin/account");
  await page.getByLabel("E-mail address").fill(person?.email ?? "");
  await page.getByLabel("Password", { exact: true }).fill(person?.password ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("textbox", { name: "Code" }).fill(codes[0] ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText(/9 recovery codes left/)).toBeVisible();

  await page.getByRole("button", { name: "Turn off" }).click();
  await enterCode(page, codes[1] ?? "", "Turn off");
  await expect(page.getByRole("button", { name: "Set up" })).toBeVisible();
  // A refused sign-in answers 401, which is how the page learns that a code is needed.
  expect(quiet.noise().filter((line) => !line.includes("401"))).toEqual([]);
});

import { randomUUID } from "node:crypto";
import { expect, type Page, test } from "@playwright/test";
import { callsOf, signIn, watch } from "./portal.ts";

const PASSWORD = "correct horse battery staple";

/** Two customers of the demo's vendor, and the links that let one new person in to both. */
async function invited(page: Page) {
  const call = callsOf(page);
  const mark = randomUUID().slice(0, 8);
  const email = `several-${mark}@example.com`;
  const invite = async (name: string) => {
    const { id } = await call("customer.create", { name, email: null, note: "" });
    const { token } = await call("customer.invite", { customerId: id, email, role: "manager" });
    return { name, token };
  };
  return { email, aurora: await invite(`Aurora ${mark}`), borealis: await invite(`Borealis ${mark}`) };
}

test("a person of two customers switches between them, and a tab left behind does nothing for the wrong one", async ({
  browser,
}) => {
  const vendor = await browser.newContext();
  const admin = await vendor.newPage();
  await signIn(admin, "Admin");
  const { email, aurora, borealis } = await invited(admin);
  await vendor.close();

  const context = await browser.newContext();
  const page = await context.newPage();
  const quiet = watch(page);
  await page.goto(`/invite/${aurora.token}`);
  await page.waitForLoadState("networkidle");
  await page.getByLabel("Your name").fill("Sev Eral");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account and join" }).click();
  await page.waitForURL(/\/portal$/);
  await page.goto(`/invite/${borealis.token}`);
  await page.waitForLoadState("networkidle");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Confirm and join" }).click();
  await page.waitForURL(/\/portal$/);
  // An invitation leads to the customer it is of.
  const menu = (name: string) => page.getByRole("button", { name: `${name}: go elsewhere` });
  await expect(menu(borealis.name)).toBeVisible();

  // A tab that cannot hear of the switch, as one of another window or a browser woken up.
  const behind = await context.newPage();
  await behind.addInitScript(() => Reflect.deleteProperty(BroadcastChannel.prototype, "onmessage"));
  await behind.goto("/portal/people");
  await behind.waitForLoadState("networkidle");
  await menu(borealis.name).click();
  await page.getByRole("menuitem", { name: aurora.name }).click();
  await expect(menu(aurora.name)).toBeVisible();
  await behind.getByRole("button", { name: "Invite a colleague" }).click();
  await behind.getByLabel("E-mail address").fill(`colleague-${email}`);
  await behind.getByRole("button", { name: "Invite", exact: true }).click();
  const elsewhere = behind.getByRole("dialog", { name: "You went elsewhere in another tab" });
  await expect(elsewhere).toContainText(borealis.name);
  await elsewhere.getByRole("button", { name: `Back to ${borealis.name}` }).click();
  await behind.waitForURL(/\/portal\/people$/);
  await expect(behind.getByRole("button", { name: `${borealis.name}: go elsewhere` })).toBeVisible();
  await expect(behind.getByRole("heading", { level: 1, name: "People" })).toBeVisible();
  // The other tab heard of that.
  await expect(page.getByRole("dialog", { name: "You went elsewhere in another tab" })).toBeVisible();
  quiet.expectQuiet();

  // The colleague was invited by neither.
  const people = async () => {
    await behind.goto("/portal/people");
    await behind.waitForLoadState("networkidle");
    await expect(behind.getByRole("main").getByText("Sev Eral").first()).toBeVisible();
    await expect(behind.getByText(`colleague-${email}`)).toBeHidden();
  };
  await people();
  await behind.getByRole("button", { name: `${borealis.name}: go elsewhere` }).click();
  await behind.getByRole("menuitem", { name: aurora.name }).click();
  await expect(behind.getByRole("button", { name: `${aurora.name}: go elsewhere` })).toBeVisible();
  await people();

  // A browser that has been nowhere yet is asked, and led on to where the person wanted to go.
  const fresh = await browser.newContext();
  const other = await fresh.newPage();
  await other.goto("/portal/devices");
  await other.getByLabel("E-mail address").fill(email);
  await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.waitForURL(/\/choose/);
  await other.getByRole("link", { name: borealis.name }).click();
  await other.waitForURL(/\/portal\/devices$/);
  await fresh.close();
  await context.close();
});

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Device, required, signIn, watch } from "./portal.ts";

/**
 * A vendor's first license, from nothing to a program that runs and is refused, through the portal in a real browser
 * and with the real SDK in processes of their own.
 */
test.describe.configure({ mode: "serial" });

const PRODUCT = { name: "Night Compositor", code: "night-compositor" };
let page: Page;
let quiet: ReturnType<typeof watch>;
let key = "";
const laptop = new Device("laptop", PRODUCT.code);
const workstation = new Device("workstation", PRODUCT.code);

test.beforeAll(async ({ browser }) => {
  page = await browser.newPage();
  quiet = watch(page);
  await signIn(page, "Admin");
});
test.afterAll(() => page.close());
test.afterEach(() => quiet.expectQuiet());

async function confirm(name: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name }).click();
  await expect(dialog).toBeHidden();
}

async function openLicense(): Promise<void> {
  await page.goto("/admin/licenses");
  await page.getByPlaceholder(/Search key/).fill(key);
  await expect(page).toHaveURL(/q=/);
  await page.getByRole("link", { name: new RegExp(key.slice(-5)) }).click();
  await expect(page.getByRole("button", { name: /Stop|Reinstate/ }).first()).toBeVisible();
}

async function issue(startsOn?: string): Promise<string> {
  await page.goto("/admin/licenses/new");
  await page.getByRole("combobox", { name: "Customer" }).fill("Harbour");
  await page.getByRole("option", { name: "Harbour Films" }).click();
  await page.getByRole("combobox", { name: "Policy" }).click();
  await page.getByRole("option", { name: "Compositor plan" }).click();
  if (startsOn !== undefined) {
    await page.getByRole("button", { name: "Change the start or the terms for this license" }).click();
    await page.getByLabel("Starts on").fill(startsOn);
    await page.getByLabel("Starts on").blur();
  }
  await page.getByRole("button", { name: "Issue license" }).click();
  const shown = page.getByText(/^NIGHT-[0-9A-Z-]{29}$/);
  await expect(shown).toBeVisible();
  return ((await shown.textContent()) ?? "").trim();
}

test("a product is created, with a feature and a meter", async () => {
  await page.goto("/admin/products/new");
  await page.getByLabel("Name").fill(PRODUCT.name);
  await expect(page.getByLabel("Code")).toHaveValue(PRODUCT.code);
  await page.getByLabel("Key prefix").fill("NIGHT");
  await page.getByRole("button", { name: "Create product" }).click();
  await expect(page.getByRole("heading", { name: PRODUCT.name })).toBeVisible();

  await page.getByRole("tab", { name: /Features/ }).click();
  await page
    .getByRole("button", { name: /feature/i })
    .first()
    .click();
  const feature = page.getByRole("form", { name: "New feature" });
  await feature.getByLabel("Name").fill("Deep color");
  await feature.getByRole("button", { name: "Add feature" }).click();
  await expect(page.getByText("deep-color").first()).toBeVisible();

  await page.getByRole("tab", { name: /Meters/ }).click();
  await page.getByRole("button", { name: /meter/i }).first().click();
  const meter = page.getByRole("form", { name: "New meter" });
  await meter.getByLabel("Name").fill("Frames");
  await meter.getByLabel("Unit").fill("frames");
  await meter.getByRole("button", { name: "Add meter" }).click();
  await expect(page.getByText("frames").first()).toBeVisible();
});

test("a policy is drafted, says in words what it permits, and is published", async () => {
  await page.goto("/admin/policies/new");
  await page.getByRole("combobox", { name: "Product" }).click();
  await page.getByRole("option", { name: PRODUCT.name }).click();
  await page.getByLabel("Name").fill("Compositor plan");
  await page
    .getByRole("radio", { name: /subscription|annual/i })
    .first()
    .click();
  await page.getByRole("button", { name: "Create draft" }).click();
  await page.getByLabel("Deep color").check();
  await page.getByRole("textbox", { name: "Devices", exact: true }).fill("1");
  await expect(page.getByText(/on one device|1 device/i).first()).toBeVisible();
  await page.getByRole("button", { name: /Publish version 1/ }).click();
  await confirm("Publish version 1");
  await expect(page.getByText(/version 1 is published/i).first()).toBeVisible();
});

test("a license is issued to a new customer; its key is shown once and finds it again", async () => {
  await page.goto("/admin/customers");
  await page
    .getByRole("button", { name: /customer/i })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Harbour Films");
  await dialog.getByRole("button", { name: /create|add/i }).click();
  await expect(dialog).toBeHidden();

  key = await issue();
  await openLicense();
  await expect(page.getByText("Active").first()).toBeVisible();
  await expect(page.getByText(key)).toHaveCount(0);
});

test("a program activates it, then verifies it offline and knows its features", async () => {
  expect(await laptop.activate(key)).toBe('active {"deep-color":true}');
  expect(await laptop.offline()).toBe('active {"deep-color":true}');
});

test("the portal's own mount answers as the LicenseServer does, and knows the same device", async () => {
  const mounted = `${required("SIGNET_PORTAL_URL")}/api`;
  expect(await laptop.activate(key, mounted)).toBe('active {"deep-color":true}');
  expect(await workstation.activate(key, mounted)).toContain("activation_limit_reached: ");
});

test("it is refused over its device limit, for another product, and with a mistyped key, each with its own sentence", async () => {
  expect(await workstation.activate(key)).toBe(
    "activation_limit_reached: This license is in use on as many devices as it allows; deactivate one first.",
  );
  const other = new Device("other", "renderer");
  expect(await other.activate(key)).toBe("product_mismatch: This license is for another product.");
  const mistyped = `${key.slice(0, -1)}${key.endsWith("7") ? "8" : "7"}`;
  expect(await workstation.activate(mistyped)).toContain("license_key_mistyped: ");
});

test("a stored token that was altered is refused offline", async () => {
  const victim = new Device("laptop", PRODUCT.code);
  expect(await victim.activate(key)).toContain("active");
  let altered = 0;
  for (const entry of readdirSync(victim.directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(TOKEN, (token, header, payload, signature) => {
        if (decoded(header).typ !== "signet-activation+jwt") return token;
        altered++;
        const forged = JSON.stringify({ ...decoded(payload), features: { everything: true } });
        return [header, Buffer.from(forged).toString("base64url"), signature].join(".");
      }),
    );
  }
  expect(altered).toBeGreaterThan(0);
  expect(await victim.offline()).toMatch(/^(token_invalid|trust_invalid): /);
});

test("it is refused as soon as the license is suspended, and works again once reinstated", async () => {
  await openLicense();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("menuitem", { name: /Suspend/ }).click();
  await confirm("Suspend license");
  await expect(page.getByText("Suspended").first()).toBeVisible();
  expect(await laptop.activate(key)).toBe(
    "license_suspended: This license is suspended; ask the vendor to reinstate it.",
  );
  await page.getByRole("button", { name: "Reinstate" }).click();
  await confirm("Reinstate license");
  await expect(page.getByText("Active").first()).toBeVisible();
  expect(await laptop.activate(key)).toContain("active");
});

test("a higher limit is suggested by what was refused, drafted by one click, and says before it is published which refusals it would turn, and lets the device in once the license moves", async () => {
  await page.goto("/admin/policies");
  await page.getByRole("link", { name: "Compositor plan" }).first().click();
  const suggestions = page.getByRole("region", { name: "Suggestions" });
  await expect(
    suggestions.getByText(/^2 activations were refused, with 1 device active: 1 more device /),
  ).toBeVisible();
  await suggestions.getByRole("button", { name: "Make a draft" }).click();
  await expect(page).toHaveURL(/tab=impact/);
  await expect(page.getByText("Refused: Device limit reached")).toBeVisible();
  await page.getByRole("tab", { name: "Rules" }).click();
  await page.getByRole("button", { name: "Publish version 2…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("1 license is touched.")).toBeVisible();
  await expect(
    dialog.getByText(/, 0 would have been refused .* and 2 granted instead of refused\./),
  ).toBeVisible();
  await confirm("Publish version 2");
  expect(await workstation.activate(key)).toContain("activation_limit_reached: ");

  await page.getByRole("tab", { name: /Versions/ }).click();
  await page.getByRole("button", { name: "Move licenses here" }).first().click();
  await dialog.getByRole("button", { name: "Move 1 license" }).click();
  await expect(dialog.getByText("1 license moved to version 2.")).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
  expect(await workstation.activate(key)).toContain("active");
});

test("it is refused when it has expired", async () => {
  const expired = await issue("1 Jan 2020");
  expect(await new Device("archive", PRODUCT.code).activate(expired)).toBe(
    "license_expired: This license has expired; renew it to go on.",
  );
});

test("revoking is final, says in numbers what it does, and is refused at once", async () => {
  await openLicense();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("menuitem", { name: /Revoke/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/2 devices/)).toBeVisible();
  await dialog.getByLabel(/Type .* to go on/).fill(key.slice(-5));
  await confirm("Revoke license");
  await expect(page.getByText("Revoked").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop" })).toHaveCount(0);
  expect(await laptop.activate(key)).toBe(
    "license_revoked: This license was revoked and cannot be used again; contact the vendor.",
  );
});

/** A compact JWS with an Ed25519 signature. */
const TOKEN = /(eyJ[\w-]+)\.([\w-]+)\.([\w-]{86})/g;

const decoded = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());

import { expect, test } from "@playwright/test";
import { callsOf, signIn, watch } from "./portal.ts";
import { DESK, expectWhole, PHONE } from "./whole.ts";

/**
 * Every screen, on a desk and on a phone, in the light and in the dark: whole, quiet, and usable by everybody. Those of a
 * first hour are looked at where they are gone through, in first-hour.spec.ts.
 */
const VENDOR = [
  "/admin",
  "/admin/products",
  "/admin/products/new",
  "/admin/policies",
  "/admin/policies/new",
  "/admin/licenses",
  "/admin/licenses/new",
  "/admin/licenses/import",
  "/admin/customers",
  "/admin/seats",
  "/admin/usage",
  "/admin/analytics",
  "/admin/trace",
  "/admin/incidents",
  "/admin/api-keys",
  "/admin/identity-providers",
  "/admin/webhooks",
  "/admin/trust",
  "/admin/settings",
  "/admin/mails",
  "/admin/account",
  "/admin/audit",
  "/admin/health",
  "/admin/team",
];
/** The first link of a list leads to a screen of its own. */
const DETAILS = [
  ["/admin/products", /\/admin\/products\/prd_/],
  ["/admin/policies", /\/admin\/policies\/pol_/],
  ["/admin/licenses", /\/admin\/licenses\/lic_/],
  ["/admin/customers", /\/admin\/customers\/cus_/],
  ["/admin/usage", /\/admin\/usage\/acc_/],
] as const;

/** What a customer's people see, besides their licenses. */
const CUSTOMER = [
  "/portal/devices",
  "/portal/seats",
  "/portal/offline",
  "/portal/usage",
  "/portal/downloads",
  "/portal/people",
  "/portal/preferences",
  "/portal/account",
];

/** Read by anybody; one of each kind of page. */
const DOCS = [
  "/docs",
  "/docs/start/desktop",
  "/docs/protocol",
  "/docs/errors",
  "/docs/api",
  "/docs/sdk",
  "/docs/cli",
  "/docs/operations",
];

const LOOKS = [
  { name: "a desk, light", ...DESK },
  { name: "a phone, dark", ...PHONE },
] as const;

for (const { name, ...look } of LOOKS) {
  test(`the vendor's screens are whole on ${name}`, async ({ browser }) => {
    test.setTimeout(420_000);
    const context = await browser.newContext(look);
    const page = await context.newPage();
    const quiet = watch(page);
    await signIn(page, "Admin");
    for (const path of VENDOR) {
      await page.goto(path);
      await expectWhole(page, path);
    }
    for (const [list, detail] of DETAILS) {
      await page.goto(list);
      const first = page
        .getByRole("main")
        .locator(`a[href^="${list}/"]:not([href$="/new"], [href$="/import"], [href*="/export"])`)
        .first();
      await first.click();
      await page.waitForURL(detail);
      await expectWhole(page, new URL(page.url()).pathname);
    }
    quiet.expectQuiet();
    await context.close();
  });

  test(`guests' pages are whole on ${name}, in a vendor's colour however bright`, async ({ browser }) => {
    const context = await browser.newContext(look);
    const page = await context.newPage();
    const quiet = watch(page);
    await signIn(page, "Admin");
    const call = callsOf(page);
    const current = (await (await page.request.get("/api/trpc/settings.get")).json()).result.data.json;
    const { name: vendor, accent, supportEmail: before, twoFactorRequired } = current;
    const supportEmail = "support@vendor.example";
    await call("settings.update", { name: vendor, twoFactorRequired, accent: "#ffd43b", supportEmail });
    const customer = await call("customer.create", { name: `Guests at ${name}`, email: null, note: "" });
    const invitation = { customerId: customer.id, email: "guest@example.com", role: "member" };
    const { token } = await call("customer.invite", invitation);
    for (const path of ["/join/acme", `/invite/${token}`, "/choose"]) {
      await page.goto(path);
      await expectWhole(page, path);
      if (path !== "/choose") await expect(page.getByText(supportEmail), path).toBeVisible();
    }
    await call("settings.update", { name: vendor, twoFactorRequired, accent, supportEmail: before });
    quiet.expectQuiet();
    await context.close();
  });

  test(`the documentation is whole on ${name}, for anybody`, async ({ browser }) => {
    test.setTimeout(120_000);
    const context = await browser.newContext(look);
    const page = await context.newPage();
    const quiet = watch(page);
    for (const path of DOCS) {
      await page.goto(path);
      await expectWhole(page, path);
    }
    if (look.viewport.width < 500) await page.getByLabel("Pages of the documentation").click();
    await page.getByRole("link", { name: "Trust", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Trust" })).toBeVisible();
    quiet.expectQuiet();
    await context.close();
  });

  test(`the customer's screens are whole on ${name}`, async ({ browser }) => {
    test.setTimeout(120_000);
    const context = await browser.newContext(look);
    const page = await context.newPage();
    const quiet = watch(page);
    await signIn(page, "Customer");
    await expectWhole(page, "/portal");
    await expect(page.getByText("Renderer").first()).toBeVisible();
    await page.getByRole("main").locator('a[href^="/portal/licenses/"]').first().click();
    await page.waitForURL(/\/portal\/licenses\/lic_/);
    await expectWhole(page, new URL(page.url()).pathname);
    for (const path of CUSTOMER) {
      await page.goto(path);
      await expectWhole(page, path);
    }
    await page.goto("/admin/licenses");
    await expect(page, "a customer is not the vendor's staff").not.toHaveURL(/\/admin\/licenses/);
    quiet.expectQuiet();
    await context.close();
  });
}

test("every code a refusal can carry is explained where its type leads", async ({ page, request }) => {
  const refused = await request.post("/api/v1/acme/activations", { data: {} });
  const { type, code } = await refused.json();
  await page.goto(type);
  await expectWhole(page, type);
  await expect(page.locator(`#${code}`)).toBeInViewport();
});

test("a page of another origin may ask the runtime API that the portal serves, and read its answer", async ({
  page,
  baseURL,
}) => {
  await page.goto(`${process.env.SIGNET_LICENSE_SERVER_URL}/healthz`);
  const read = await page.evaluate(async (portal) => {
    const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
    const address = `${portal}/api/v1/acme/activations`;
    const answer = await fetch(address, { method: "POST", headers, body: "{}" });
    return [answer.status, answer.headers.get("x-correlation-id")];
  }, baseURL);
  expect(read).toEqual([400, expect.stringMatching(/^cor_/)]);
});

test("signing in with a wrong password says one indistinguishable sentence, and keeps the address typed", async ({
  page,
}) => {
  const say = async (email: string) => {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    const alert = page.getByRole("main").getByRole("alert");
    await expect(alert).toBeVisible();
    await expect(page.getByLabel("E-mail address")).toHaveValue(email);
    return alert.textContent();
  };
  expect(await say("admin@signet.local")).toBe(await say("nobody@example.com"));
});

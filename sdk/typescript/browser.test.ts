import type { Page } from "@playwright/test";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createLicense } from "../../server/testing/fixtures.ts";
import { TestBrowser } from "./testing/browser.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";

// What the pages have as globals: see testing/page.
declare const sdk: typeof import("./src/index.ts");
declare const verify: typeof import("./src/verify.ts");
declare const licensing: { server: string; tenant: string; rootKey: string; product: string };
declare function show(user: string): void;
declare function hide(): void;

const TIMEOUT_MS = 60_000;
const MINUTE = 60_000;
const DAY = 86_400_000;

let server: RealServer;
let browser: TestBrowser;
beforeAll(async () => {
  // Pages tell time by the machine's clock, so the server does too.
  server = await RealServer.create(new Date());
  const { url, tenant, rootKey } = server;
  // Another port is another origin, so that every answer passes what browsers ask of servers.
  browser = await TestBrowser.open({ server: url, tenant: tenant.slug, rootKey, product: tenant.product });
}, TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await server?.end();
});
beforeEach(() => {
  browser.complaints.length = 0;
});

const rules = (changes: Parameters<typeof createLicense>[2] = {}) =>
  createLicense(server.authority, server.tenant, {
    activationsMax: null,
    features: { "export-4k": true },
    ...changes,
  });

describe("in Chromium, from another origin", { timeout: TIMEOUT_MS }, () => {
  test("an application activates, refreshes, holds a seat, spends credits, and opens again without the network", async () => {
    // Each request proves the device's key too, by a header that browsers ask about.
    const license = await rules({ seats: 1, deviceProofRequired: true, ...creditRules(100) });
    const page = await browser.page();
    const done = await page.evaluate(async (key) => {
      const signet = new sdk.Signet(licensing);
      const activation = await signet.activate(key);
      await activation.refresh();
      const seat = await activation.checkout({ holder: "ada" });
      const slot = seat.slot;
      await seat.release();
      const ticket = await activation.ticket("credits", 30);
      await ticket.spend(4);
      const { used, returned } = await ticket.settle();
      await activation.usage.record("credits", 2);
      await activation.usage.flush();
      const [{ available } = { available: undefined }] = await activation.balances();
      return { status: activation.status, slot, used, returned, available, id: activation.id };
    }, license.licenseKey);
    expect(done).toMatchObject({ status: "active", slot: 1, used: 4, returned: 26, available: 94 });

    await page.reload();
    await page.context().setOffline(true);
    const again = await page.evaluate(async () => {
      const activation = await new sdk.Signet(licensing).current();
      const failed = await activation.refresh().catch((error) => error.code);
      return [activation.id, activation.status, activation.has("export-4k"), failed];
    });
    expect(again).toEqual([done.id, "active", true, "network_error"]);
    expect(browser.complaints.filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
  });

  test("a refusal is read, and believed because it is signed", async () => {
    const license = await rules({ seats: 1 });
    const page = await browser.page();
    const full = await page.evaluate(async (key) => {
      const signet = new sdk.Signet(licensing);
      const activation = await signet.activate(key);
      await activation.checkout({ holder: "ada" });
      const { code, signed, retryable } = await activation
        .checkout({ holder: "eve" })
        .catch((error) => error);
      const answer = await fetch(`${licensing.server}/v1/${licensing.tenant}/trust`);
      return { code, signed, retryable, correlationId: answer.headers.get("x-correlation-id") };
    }, license.licenseKey);
    const correlationId = expect.stringMatching(/^cor_/);
    expect(full).toEqual({ code: "no_seats_available", signed: true, retryable: true, correlationId });

    await server.suspend(license.id);
    const over = await page.evaluate(async () => {
      const activation = await new sdk.Signet(licensing).current();
      const { code, signed } = await activation.refresh().catch((error) => error);
      return { code, signed, status: activation.status, reason: activation.reason };
    });
    expect(over).toMatchObject({ code: "license_suspended", signed: true, status: "refused" });
    expect(over.reason).toContain("suspended");
    expect(browser.complaints).toEqual([]);
  });

  test("a page that only verifies needs no server, and believes nothing that was altered", async () => {
    const { activation, storage } = await server.device({});
    const { tenant, rootKey } = server;
    const bundle = await (await fetch(`${server.url}/v1/${tenant.slug}/trust`)).json();
    const { content } = JSON.parse((await storage.get("activation")) ?? "");
    const page = await browser.page("/verify");
    await page.context().setOffline(true);
    const given = {
      bundle: bundle.bundle,
      token: String(content.certificate),
      rootKey,
      product: tenant.product,
    };
    const found = await page.evaluate(async ({ bundle: jws, token: text, rootKey: root, product }) => {
      const opened = await verify.openTrustBundle(jws, root, { now: Date.now() });
      const options = { audience: product, now: Date.now() };
      const { sub } = await verify.verifyToken(text, "license", opened, options);
      const altered = text.slice(0, -6) + (text.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA");
      const refused = await verify.verifyToken(altered, "license", opened, options).catch((error) => error);
      return [sub, refused.reason];
    }, given);
    expect(found).toEqual([activation.license?.id, "signature"]);
    expect(browser.complaints).toEqual([]);
  });

  test("a page without TLS is told what it lacks, in a sentence for its author", async () => {
    const page = await browser.insecurePage();
    const told = await page.evaluate(
      async (key) => {
        const { code, message } = await new sdk.Signet(licensing).activate(key).catch((error) => error);
        return { code, message };
      },
      (await rules()).licenseKey,
    );
    expect(told).toEqual({ code: "configuration_invalid", message: expect.stringContaining("HTTPS") });
  });
});

describe("React's hooks, under StrictMode", { timeout: TIMEOUT_MS }, () => {
  /** The example as its user meets it, and what it asked the server for. */
  async function open(user: string, licenseKey?: string) {
    const page = await browser.page();
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST")
        asked.push(new URL(request.url()).pathname.replace(/^.*\/(?=\w+$)/, ""));
    });
    await page.clock.install({ time: server.authority.clock.now() });
    await page.evaluate((name) => show(name), user);
    if (licenseKey !== undefined) await enter(page, licenseKey);
    return { page, asked };
  }
  async function enter(page: Page, licenseKey: string): Promise<void> {
    await page.getByLabel("License key").fill(licenseKey);
    await page.getByRole("button", { name: "Activate" }).click();
  }
  const said = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
  /** Lets time pass for the page and for the server. */
  async function pass(page: Page, milliseconds: number): Promise<void> {
    server.pass(milliseconds);
    await page.clock.fastForward(milliseconds);
  }

  test("a person activates, holds one seat, and gives it back by leaving", async () => {
    const license = await rules({ seats: 1 });
    const { page, asked } = await open("ada");
    await said(page, "enter a license key");
    await enter(page, "TEST-1");
    await said(page, "too short or too long");
    await enter(page, license.licenseKey);
    await said(page, "You hold seat 1.");
    await page.getByRole("button", { name: "Export in 4K" }).waitFor();
    await pass(page, 2 * MINUTE);
    await expect.poll(() => asked).toContain("heartbeat");
    const released = page.waitForResponse(/release$/);
    await page.evaluate(() => hide());
    await released;
    expect(asked.filter((path) => path === "activations" || path === "leases" || path === "release")).toEqual(
      ["activations", "leases", "release"],
    );
    expect(browser.complaints).toEqual([]);
  });

  test("who finds all seats taken waits, and gets the one that comes free", async () => {
    const license = await rules({ seats: 1 });
    const first = await open("ada", license.licenseKey);
    await said(first.page, "You hold seat 1.");
    const second = await open("eve", license.licenseKey);
    await said(second.page, "No seat is free for you");
    await first.page.getByRole("button", { name: "Give this device back" }).click();
    await said(first.page, "enter a license key");
    await pass(second.page, MINUTE);
    await said(second.page, "You hold seat 1.");
    expect(browser.complaints).toEqual([]);
  });

  test("a seat that was lost is told, and taken again when the person asks", async () => {
    const license = await rules({ seats: 1 });
    const { page } = await open("ada", license.licenseKey);
    await said(page, "You hold seat 1.");
    await page.context().setOffline(true);
    await pass(page, 10 * MINUTE);
    await said(page, "no heartbeat came in time");
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Take a seat again" }).click();
    await said(page, "You hold seat 1.");
  });

  test("a license goes into its grace and ends by time alone, and a signed refusal ends it at once", async () => {
    const license = await rules({
      type: "subscription",
      durationDays: 10,
      graceDays: 5,
      activationTokenTtlSeconds: (30 * DAY) / 1000,
      seats: 1,
    });
    const { page } = await open("ada", license.licenseKey);
    await said(page, "You hold seat 1.");
    await page.context().setOffline(true);
    await pass(page, 10 * DAY + MINUTE);
    await said(page, "This license has expired; it still works until");
    await pass(page, 5 * DAY);
    await said(page, "This license has expired; renew it to go on.");

    const other = await rules({});
    const { page: elsewhere } = await open("eve", other.licenseKey);
    await elsewhere.getByRole("button", { name: "Export in 4K" }).waitFor();
    await server.suspend(other.id);
    await pass(elsewhere, DAY);
    await said(elsewhere, "This license is suspended");
  });
});

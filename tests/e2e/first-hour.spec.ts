import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { signIn, watch } from "./portal.ts";

/** A vendor's first hour: a product that is drafted, a program that turns the page green, and the lab's four scenarios. */
test.describe.configure({ mode: "serial" });

const SDK = join(import.meta.dirname, "../../sdk/typescript/src/node.ts");
const LOOKS = [
  { name: "a desk", viewport: { width: 1440, height: 900 }, colorScheme: "light" },
  { name: "a phone", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
] as const;

let page: Page;
let quiet: ReturnType<typeof watch>;

test.beforeAll(async ({ browser }) => {
  page = await (await browser.newContext()).newPage();
  quiet = watch(page);
  await signIn(page, "Admin");
});
test.afterAll(() => page.context().close());
test.afterEach(() => quiet.expectQuiet());

/** On a desk and on a phone, in the light and in the dark. */
async function expectWhole(): Promise<void> {
  for (const { name, viewport, colorScheme } of LOOKS) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    const overflow = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    expect.soft(overflow, `it scrolls sideways on ${name}`).toBe(0);
    const { violations } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
      .analyze();
    expect.soft(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }
  await page.setViewportSize(LOOKS[0].viewport);
}

test("what is sold becomes a policy in words, a license, a program; and the page turns green when that runs", async () => {
  await page.goto("/admin/start");
  await page.getByRole("radio", { name: "Floating seats" }).click();
  await page.getByLabel("What is it called?").fill("Wave Editor");
  await page.getByRole("button", { name: "Draft a policy" }).click();
  await expect(page.getByText(/5 people can work at the same time/)).toBeVisible();
  await page.getByRole("button", { name: "Publish and issue the first license" }).click();
  await expect(page.getByText("Waiting for the first sign of life")).toBeVisible();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await expectWhole();

  const code = (await page.getByRole("region", { name: "TypeScript" }).textContent()) ?? "";
  const directory = mkdtempSync(join(tmpdir(), "signet-first-"));
  const program = join(directory, "first.mjs");
  writeFileSync(program, code.replace("@signet/sdk", SDK));
  const env = { ...process.env, HOME: directory, XDG_STATE_HOME: directory, FORCE_COLOR: "0" };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  expect(stdout).toContain("seat 1 held");
  await expect(page.getByText("It works")).toBeVisible();
  await expectWhole();

  // Where it stands is what exists, not what this page remembers.
  await page.reload();
  await expect(page.getByText("It works")).toBeVisible();
  await page.getByRole("link", { name: "See its trace" }).click();
  await expect(page.getByText("Granted: the device was activated.")).toBeVisible();
});

test("the four scenarios go as they should, each step with its decision and its trace", async () => {
  test.setTimeout(120_000);
  await page.goto("/admin/lab");
  const names = ["Floating seats", "Online activation", "Usage and credits", "Air-gapped machine"];
  for (const name of names) await page.getByRole("button", { name: `Run: ${name}` }).click();
  for (const name of names) {
    const card = page.getByRole("region", { name });
    await expect(card.getByRole("status")).toHaveText("As it should be", { timeout: 60_000 });
  }
  await expect(page.getByText(/Denied because 2 of 2 seats were in use/)).toBeVisible();
  await expect(page.getByText(/0 of 1 usage events were charged, 1 had been before/)).toBeVisible();
  await expectWhole();
  await page
    .getByRole("region", { name: "Usage and credits" })
    .getByRole("link", { name: "Trace" })
    .last()
    .click();
  await expect(page.getByText(/500 credits were asked for and the balance was 65/)).toBeVisible();
});

test("the way to production says what is open, and asks before it goes", async () => {
  await page.goto("/admin/promote");
  await expect(page.getByText("The root key is off the server")).toBeVisible();
  await page.getByRole("button", { name: "Go to production" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/Forgets \d+ runs of the scenario lab/)).toBeVisible();
  // The demo account stays a trial for whoever comes next.
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await expectWhole();
});

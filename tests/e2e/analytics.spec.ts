import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { createAnalytics } from "#server/analytics/service.ts";
import { systemClock } from "#server/platform/clock.ts";
import { createDatabase } from "#server/platform/database.ts";
import { databaseAppUrl } from "#server/platform/master-key.ts";
import { Device, demo, required, signIn, watch } from "./portal.ts";

/** Runs the worker's job now, which it would do by itself every five minutes. */
async function rollUp(): Promise<void> {
  const home = dirname(required("SIGNET_DEMO_FILE"));
  const { SIGNET_MASTER_KEY } = JSON.parse(readFileSync(join(home, "secrets.json"), "utf8"));
  const port = readFileSync(join(home, "postgres/postmaster.pid"), "utf8").split("\n")[3];
  const url = databaseAppUrl(`postgresql://127.0.0.1:${port}/signet`, SIGNET_MASTER_KEY);
  const database = createDatabase({ url });
  try {
    await createAnalytics({ database, clock: systemClock, marginMs: 0 }).rollUp();
  } finally {
    await database.close();
  }
}

/** What a menu of downloads gives, as text. */
async function downloaded(page: Page, of: string, as: "CSV" | "PNG"): Promise<Buffer> {
  await page.getByRole("button", { name: `Download ${of}` }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: as }).click(),
  ]);
  return readFileSync(await file.path());
}

test("refusals are drawn by product and period from the address, and the file downloaded holds the numbers shown", async ({
  page,
}) => {
  const quiet = watch(page);
  const [licensed] = demo().licenses;
  if (licensed === undefined) throw new Error("The seed made no license.");
  for (const name of ["one", "two"]) {
    const refused = await new Device(name, "another-product").activate(licensed.key);
    expect(refused).toMatch(/^product_mismatch/);
  }
  await rollUp();
  await signIn(page, "Admin");
  await page.goto("/admin");
  await page.getByRole("link", { name: "Refused" }).click();
  await page.waitForURL(/\/admin\/analytics\?period=7d/);

  const card = page.getByRole("region", { name: "Refused requests" });
  const reasons = card.getByRole("list", { name: "Reasons" });
  await expect(reasons.getByText("Wrong product")).toBeVisible();
  await card.getByText("Table", { exact: true }).click();
  const shown = await card.getByRole("row").last().getByRole("cell").allTextContents();
  const csv = (await downloaded(page, "Refused requests", "CSV")).toString("utf8");
  const [head = "", ...days] = csv.trim().split("\r\n");
  const today = (days.at(-1) ?? "").split(",");
  expect(days).toHaveLength(7);
  expect(today.slice(1)).toEqual(shown);
  expect(Number(today[head.split(",").indexOf("product_mismatch")])).toBeGreaterThanOrEqual(2);
  await card.getByText("Chart", { exact: true }).click();
  const png = await downloaded(page, "Refused requests", "PNG");
  expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");

  await page.getByRole("combobox", { name: "Period" }).click();
  await page.getByRole("option", { name: "Last 24 hours" }).click();
  await expect(page).toHaveURL(/period=24h/);
  await page.goBack();
  await expect(page).toHaveURL(/period=7d/);
  await expect(page.getByRole("combobox", { name: "Period" })).toHaveValue("Last 7 days");

  await page.goto("/admin/analytics?period=2020-01-01..2020-01-31");
  await expect(card.getByRole("heading", { name: "None in this period" })).toBeVisible();
  await card.getByRole("button", { name: "Show the 30 days until then" }).click();
  await reasons.getByRole("link", { name: "Explain the latest" }).first().click();
  await page.waitForURL(/\/admin\/trace\?q=cor_/);
  quiet.expectQuiet();
});

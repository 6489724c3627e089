import { execFileSync } from "node:child_process";
import { expect, test } from "@playwright/test";
import { demo, signIn, watch } from "./portal.ts";

test("the audit is sealed by itself, verified on the page, and verified again from its export by a program that stands alone", async ({
  page,
}) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/audit");
  await expect(page.getByText(/^All \d+ entries sealed/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "Verify chain" }).click();
  await expect(page.getByText(/^Intact\. \d+ entries are as written, sealed up to entry \d+/)).toBeVisible();

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export" }).click();
  const file = await (await downloading).path();
  const program = ["scripts/verify-audit.mjs", file, "--root", demo().rootKey];
  expect(execFileSync(process.execPath, program, { encoding: "utf8" })).toMatch(
    /^Intact: (\d+) entries, sealed up to entry \1 /,
  );
  quiet.expectQuiet();
});

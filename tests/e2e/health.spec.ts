import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "@playwright/test";
import { required, signIn, watch } from "./portal.ts";

test("health shows what runs, asks for a backup, and sees by itself that one was made while all went on", async ({
  page,
}) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  await page.goto("/admin/health");
  for (const name of ["Portal", "LicenseServer", "Worker"]) {
    await expect(
      page.getByRole("region", { name, exact: true }).getByText(/^[1-9]\d* running$/),
    ).toBeVisible();
  }
  await expect(page.getByText("No backup is known")).toBeVisible();
  const file = join(mkdtempSync(join(tmpdir(), "signet-backup-")), "signet.backup");
  const environment = { ...process.env, SIGNET_HOME: dirname(required("SIGNET_DEMO_FILE")) };
  execFileSync(process.execPath, ["scripts/backup.mjs", file], { env: environment, stdio: "ignore" });
  await expect(page.getByText("No backup is known")).toHaveCount(0, { timeout: 25_000 });
  await expect(page.getByRole("region", { name: "Last backup" })).toContainText("Good");
  quiet.expectQuiet();
});

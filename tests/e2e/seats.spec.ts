import { expect, test } from "@playwright/test";
import { Device, demo, signIn, watch } from "./portal.ts";

test("who checks out a seat appears at once, and is gone once the seat is released by hand", async ({
  page,
}) => {
  const quiet = watch(page);
  await signIn(page, "Admin");
  const [licensed] = demo().licenses;
  if (licensed === undefined) throw new Error("The seed made no license.");
  await page.goto("/admin/licenses");
  await page.getByPlaceholder(/Search key/).fill(licensed.key);
  await expect(page).toHaveURL(/q=/);
  await page.getByRole("link", { name: new RegExp(licensed.key.slice(-5)) }).click();
  await page.waitForURL(/lic_/);
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const changed = await page.request.post("/api/trpc/license.setOverrides", {
    data: { json: { id, overrides: { seats: 2 } } },
  });
  expect(changed.ok()).toBe(true);

  await page.goto("/admin/seats");
  await expect(page.getByRole("heading", { name: "Nobody holds a seat" })).toBeVisible();
  await expect(page.getByRole("status", { name: "Connection" })).toHaveText("Live");
  expect(await new Device("ada", licensed.product).checkout(licensed.key)).toBe("held seat 1");
  const seats = page.getByRole("list", { name: /Seats of/ });
  await expect(seats.getByText("ada", { exact: true })).toBeVisible();
  await expect(page.getByRole("img", { name: /1 of 2 in use/ })).toBeVisible();

  await page.getByRole("button", { name: "Release ada's seat" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Frees seat 1: 0 of 2 seats in use afterwards.")).toBeVisible();
  await dialog.getByRole("button", { name: "Release seat" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("heading", { name: "Nobody holds a seat" })).toBeVisible();
  quiet.expectQuiet();
});

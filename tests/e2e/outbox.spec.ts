import { expect, test } from "@playwright/test";

test("the local outbox shows nothing to whoever has not opened the address that was printed", async ({
  page,
}) => {
  await page.goto("/outbox");
  await expect(page.getByText("Open it with the address that npm start printed")).toBeVisible();
  await page.goto("/outbox/open?key=guessed");
  await expect(page.getByText("Open it with the address that npm start printed")).toBeVisible();
});

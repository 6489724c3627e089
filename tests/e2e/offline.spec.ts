import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import encodeQR from "qr";
import { Device, demo, signIn, watch } from "./portal.ts";
import { DESK, expectWhole, PHONE } from "./whole.ts";

const LOOKS = [
  { name: "a desk", ...DESK },
  { name: "a phone", ...PHONE },
] as const;

for (const { name, ...look } of LOOKS) {
  test(`at ${name} a customer activates a machine without a network by files, once, and gives it up again`, async ({
    browser,
  }) => {
    const context = await browser.newContext(look);
    const page = await context.newPage();
    const quiet = watch(page);
    const [, licensed] = demo().licenses;
    if (licensed === undefined) throw new Error("The seed made no second license.");
    const machine = new Device(`press at ${name}`, licensed.product);
    const file = (title: string) => join(machine.directory, title);
    const request = await machine.request(licensed.key);
    writeFileSync(file("request.txt"), request);

    await signIn(page, "Customer");
    await page.goto("/portal/offline");
    const choose = async (title: string) => {
      const chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Choose a file" }).click();
      await (await chooser).setFiles(file(title));
    };

    // What it asks for is told, and nothing is done yet.
    await choose("request.txt");
    const asked = page.getByRole("region", { name: "Activation request" });
    await expect(asked.getByText(/^Takes 1 of 3 devices/)).toBeVisible();
    await expectWhole(page, "the request");

    await asked.getByRole("button", { name: "Activate this machine" }).click();
    await expect(asked.getByText("The machine is activated.")).toBeVisible();
    await expectWhole(page, "the response");
    const downloaded = page.waitForEvent("download");
    await asked.getByRole("button", { name: "Download response" }).click();
    await (await downloaded).saveAs(file("response.txt"));

    expect(await machine.import(file("response.txt"))).toBe("active, by file");
    expect(await machine.offline()).toMatch(/^active /);
    // Neither the machine takes the response twice, nor does the portal take another device for the same request.
    expect(await machine.import(file("response.txt"))).toMatch(/^file_already_imported: /);
    await page.reload();
    await page.getByRole("button", { name: "Paste text or code" }).click();
    await page.getByRole("textbox").fill(`Hello,\n> ${request.replaceAll("\n", "\n> ")}`);
    await page.getByRole("button", { name: "Read it" }).click();
    await expect(asked.getByText(/answered before/)).toBeVisible();

    // Given up on the machine; the picture of a code does as well as a file.
    const farewell = await machine.leave();
    const screen = await context.newPage();
    await screen.setContent(encodeQR(farewell.trim(), "svg", { ecc: "low", scale: 6 }));
    await screen.locator("svg").screenshot({ path: file("receipt.png") });
    await screen.close();
    await choose("receipt.png");
    const receipt = page.getByRole("region", { name: "Deactivation receipt" });
    await expect(receipt.getByText(/^Frees 1 of 3 devices/)).toBeVisible();
    await receipt.getByRole("button", { name: "Give up the device" }).click();
    await expect(receipt.getByText(/is given up, and its place is free/)).toBeVisible();
    quiet.expectQuiet();
    await context.close();
  });
}

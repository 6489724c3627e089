import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, expect, test } from "@playwright/test";
import encodeQR from "qr";
import { chromiumOptions } from "../../scripts/check/system.ts";
import { Device, demo, signIn, watch } from "./portal.ts";

const [WIDTH, HEIGHT] = [1280, 720];
const [BLACK, WHITE, GREY] = [16, 235, 128];

/** A film of one picture that shows the code, as large as it fits: raw YUV, which Chromium takes for what its camera sees. */
function filmOf(text: string): Buffer {
  const modules = encodeQR(text, "raw", { ecc: "low", border: 4 });
  const size = modules.length;
  const scale = Math.floor(HEIGHT / size);
  const [left, top] = [(WIDTH - size * scale) >> 1, (HEIGHT - size * scale) >> 1];
  const light = Buffer.alloc(WIDTH * HEIGHT, WHITE);
  for (const [row, line] of modules.entries())
    for (const [column, dark] of line.entries())
      for (let y = top + row * scale; dark && y < top + (row + 1) * scale; y++)
        light.fill(BLACK, y * WIDTH + left + column * scale, y * WIDTH + left + (column + 1) * scale);
  const colours = Buffer.alloc(light.length / 2, GREY);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), light, colours]);
  const header = `YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420\n`;
  return Buffer.concat([Buffer.from(header), frame, frame]);
}

test("the camera reads the QR code of a machine's request, and lets go", async ({ baseURL }) => {
  const [, licensed] = demo().licenses;
  if (licensed === undefined || baseURL === undefined) throw new Error("The seed made a second license.");
  const machine = new Device("press before a camera", licensed.product);
  const film = join(machine.directory, "camera.y4m");
  writeFileSync(film, filmOf((await machine.request(licensed.key)).trim()));
  const camera = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${film}`,
  ];
  const browser = await chromium.launch(chromiumOptions(camera));
  try {
    const page = await browser.newPage({ baseURL });
    const quiet = watch(page);
    await signIn(page, "Customer");
    await page.goto("/portal/offline");
    await page.getByRole("button", { name: "Scan QR code" }).click();
    const asked = page.getByRole("region", { name: "Activation request" });
    await expect(asked.getByText(/^Takes 1 of \d+ devices/)).toBeVisible({ timeout: 30_000 });
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(page.locator("video")).toHaveCount(0);
    quiet.expectQuiet();
  } finally {
    await browser.close();
  }
});

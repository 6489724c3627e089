import { afterEach, expect, test } from "vitest";
import { type EventLoopWatch, watchEventLoop } from "./event-loop.ts";

let watch: EventLoopWatch | undefined;
afterEach(() => watch?.stop());

/** Keeps the process from everything else for so long at a time, with a turn in between. */
async function busy(watched: EventLoopWatch, milliseconds: number, until: boolean): Promise<void> {
  for (let turns = 0; turns < 200 && watched.isLate() !== until; turns++) {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test("a process whose turns are long is late, and no more once they are short again", async () => {
  watch = watchEventLoop(60);
  expect(watch.isLate()).toBe(false);
  await busy(watch, 150, true);
  expect(watch.isLate()).toBe(true);
  await busy(watch, 0, false);
  await expect.poll(() => watch?.isLate(), { timeout: 15_000 }).toBe(false);
});

test("without a limit it never is", async () => {
  watch = watchEventLoop(0);
  await busy(watch, 20, true);
  expect(watch.isLate()).toBe(false);
});

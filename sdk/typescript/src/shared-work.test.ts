import { expect, test } from "vitest";
import { SharedWork } from "./shared-work.ts";

test("shared work is stopped once the last who waits gives up, and nobody new takes it for going on until it is over", async () => {
  let end = () => {};
  const work = new SharedWork(
    (signal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          end = () => reject(new Error("stopped"));
        });
      }),
  );
  const [one, last] = [new AbortController(), new AbortController()];
  const first = work.wait(one.signal);
  const second = work.wait(last.signal);
  one.abort();
  await expect(first).rejects.toMatchObject({ code: "aborted" });
  expect(work.isStopping).toBe(false);
  last.abort();
  await expect.poll(() => work.isStopping).toBe(true);
  end();
  await expect(second).rejects.toThrow("stopped");
  await work.over;
  expect(work.isStopping).toBe(false);
});

test("shared work that is done is had by all, and stopped by none", async () => {
  const work = new SharedWork(async () => "done");
  await work.over;
  await expect(work.wait(AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  expect([await work.wait(undefined), work.isStopping]).toEqual(["done", false]);
});

import { expect, test } from "vitest";
import { readBody, withBoundedBody } from "./read-body.ts";

const URL = "http://signet.test/";

/** A body of unknown length that never ends by itself, and how many of its bytes were taken. */
function endless() {
  let taken = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken += 64;
      controller.enqueue(new Uint8Array(64));
    },
  });
  const init = { method: "POST", body: stream, duplex: "half" };
  return { request: new Request(URL, init), taken: () => taken };
}

test("a body is read up to the limit and not a byte beyond", async () => {
  const post = (body: string) => new Request(URL, { method: "POST", body });
  expect((await readBody(post("x".repeat(100)), 100))?.toString()).toBe("x".repeat(100));
  expect(await readBody(post("x".repeat(101)), 100)).toBeUndefined();
  expect(await readBody(new Request(URL), 100)).toHaveLength(0);
});

test("a body that states no length, or a false one, is counted, and no more of it taken", async () => {
  const { request, taken } = endless();
  request.headers.set("content-length", "1");
  expect(await readBody(request, 1_000)).toBeUndefined();
  expect(taken()).toBeLessThan(1_500);
});

test("a body that states too great a length is not read at all", async () => {
  const { request } = endless();
  request.headers.set("content-length", "1001");
  expect(await readBody(request, 1_000)).toBeUndefined();
  expect(request.bodyUsed).toBe(false);
});

test("the bounded request is the same request", async () => {
  const headers = { "content-type": "application/json", "x-a": "1" };
  const bounded = await withBoundedBody(new Request(URL, { method: "POST", headers, body: "{}" }), 2);
  expect(bounded?.method).toBe("POST");
  expect(Object.fromEntries(bounded?.headers ?? [])).toMatchObject(headers);
  expect(await bounded?.json()).toEqual({});
  expect(await withBoundedBody(endless().request, 2)).toBeUndefined();
});

test("a request that Next wraps in a proxy comes out as one that can be copied, with a body or without", async () => {
  for (const init of [{}, { method: "POST", body: "{}" }]) {
    const request = new Request(URL, init);
    const wrapped = new Proxy(request, { get: (target, name) => Reflect.get(target, name, target) });
    const bounded = await withBoundedBody(wrapped, 2);
    expect(bounded && new Request(bounded).method).toBe(init.method ?? "GET");
  }
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { startHttps, TEST_CA } from "../testing/https.ts";
import { createPublicFetch, isPublicAddress } from "./public-fetch.ts";

let server: Awaited<ReturnType<typeof startHttps>>;
let asked = 0;

beforeAll(async () => {
  server = await startHttps((request, response) => {
    asked++;
    if (request.url === "/elsewhere") response.writeHead(302, { location: "/" }).end();
    else if (request.url === "/large") response.end("x".repeat(300_000));
    else if (request.url !== "/silent") response.end('{"keys":[]}');
  });
});
afterAll(() => server.stop());

const signal = () => AbortSignal.timeout(5_000);
const trusting = createPublicFetch({ isAllowed: () => true, ca: TEST_CA });

test.each([
  "127.0.0.1",
  "127.8.8.8",
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:169.254.169.254",
  "64:ff9b::7f00:1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "ff02::1",
  "2001:db8::1",
  "2002:7f00:1::",
  "not-an-address",
])("%s is not on the public internet", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(["1.1.1.1", "172.32.0.1", "192.169.0.1", "2606:4700::1111"])("%s is", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  "https://127.0.0.1",
  "https://2130706433",
  "https://0x7f.1",
  "https://[::1]",
  "https://[::ffff:127.0.0.1]",
  "https://localhost",
])("%s is refused before anything is sent there", async (host) => {
  const before = asked;
  const { port } = new URL(server.url);
  const fetch = createPublicFetch({ ca: TEST_CA });
  await expect(fetch(`${host}:${port}/`, { signal: signal() })).rejects.toThrow("not on the public internet");
  expect(asked).toBe(before);
});

test("only HTTPS is spoken, and only to who proves its name", async () => {
  await expect(trusting("http://127.0.0.1/", { signal: signal() })).rejects.toThrow("Only HTTPS");
  const doubting = createPublicFetch({ isAllowed: () => true });
  await expect(doubting(server.url, { signal: signal() })).rejects.toThrow(/self.signed/i);
});

test("an answer is read, by address and by name; a redirect, a large one and a late one are not", async () => {
  const { port } = new URL(server.url);
  for (const url of [server.url, `https://localhost:${port}/`])
    expect(await (await trusting(url, { signal: signal() })).json()).toEqual({ keys: [] });
  await expect(trusting(`${server.url}/elsewhere`, { signal: signal() })).rejects.toThrow("302");
  await expect(trusting(`${server.url}/large`, { signal: signal() })).rejects.toThrow("too large");
  await expect(trusting(`${server.url}/silent`, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
});

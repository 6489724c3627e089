import { afterEach, beforeEach, expect, test } from "vitest";
import { DAY, TestAuthority } from "../testing/authority.ts";
import { LICENSE_KEY, testClient } from "../testing/client.ts";
import { TestServer } from "../testing/server.ts";

let server: TestServer;
beforeEach(async () => {
  server = await new TestServer(new TestAuthority()).start();
  server.addLicense(LICENSE_KEY);
});
afterEach(() => server.stop());

/** A device that has its token for so many days of three, at a server that never answers a refresh. */
async function device(days: number) {
  const { signet, clock } = testClient(server, { timeoutMs: 60_000 });
  const activation = await signet.activate(LICENSE_KEY);
  clock.ms += days * DAY * 1000;
  server.now += days * DAY;
  server.tamper = (request, reply) =>
    request.path.endsWith("/refresh") ? new Promise(() => undefined) : reply;
  return activation;
}

test("a renewal that stalls holds up no request while the token in hand is still good", async () => {
  const activation = await device(2.5);
  // The test's server knows no seats: it is the answer that counts.
  await expect(activation.checkout({ holder: "ada" })).rejects.toMatchObject({
    code: "activation_not_found",
  });
  await expect.poll(() => server.requestsTo(/refresh$/)).toHaveLength(1);
});

test("whoever waits for a token to be renewed may stop waiting", async () => {
  const activation = await device(3.5);
  const stop = new AbortController();
  const checkout = activation.checkout({ holder: "ada", signal: stop.signal });
  setTimeout(() => stop.abort(), 20);
  await expect(checkout).rejects.toMatchObject({ code: "aborted" });
  expect(server.requestsTo(/leases$/)).toEqual([]);
});

import { Agent, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createFastifyApp } from "./fastify-adapter.ts";
import { createLicenseServer } from "./license-server.ts";
import { plainServices } from "./testing/plain-services.ts";

test("closing answers the request under way, ends its connection, and does not wait for the client to", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const database = {
    ping: () => {
      asked.resolve();
      return answer.promise;
    },
  };
  const app = createFastifyApp(createLicenseServer({ ...plainServices(), database }));
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const reply = new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, path: "/readyz", agent }, (message) => resolve(message.resume())).on("error", reject);
  });

  await asked.promise;
  const closed = app.close();
  await expect.poll(() => app.server.listening).toBe(false);
  answer.resolve();
  const { statusCode, headers } = await reply;
  expect([statusCode, headers.connection]).toEqual([200, "close"]);
  await closed;
  agent.destroy();
}, 20_000);

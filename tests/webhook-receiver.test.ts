import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "#prisma/embedded/cluster.ts";
import { EVENTS, happened } from "#server/domain/event-catalogue.ts";
import { newUuid } from "#server/platform/ids.ts";
import { bodyOf, headersOf } from "#server/webhooks/request.ts";
import { newSecret } from "#server/webhooks/secrets.ts";

test("the documentation's receiver takes what Signet signs, once however often it comes, and nothing else", async () => {
  const secret = newSecret();
  const port = await freePort();
  const child = spawn(process.execPath, ["docs/examples/webhook-receiver.mjs"], {
    env: { ...process.env, PORT: String(port), SIGNET_WEBHOOK_SECRET: secret },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  const said = createInterface(child.stdout)[Symbol.asyncIterator]();
  expect((await said.next()).value).toBe("listening");

  const now = new Date();
  const { example } = EVENTS["license.expiring"];
  const event = {
    ...happened("license.expiring", example, { id: newUuid(), at: now }),
    correlationId: "cor_1",
  };
  const test = {
    ...happened("webhook.test", { sentBy: "Olive" }, { id: newUuid(), at: now }),
    correlationId: "cor_2",
  };
  const send = async (body: string, headers: Readonly<Record<string, string>>) =>
    (await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers })).status;
  const body = bodyOf(newUuid(), event);
  const headers = headersOf("msg_1", body, [newSecret(), secret], now);
  expect(await send(body.replace("7", "8"), headers)).toBe(400);
  expect(await send(body, headersOf("msg_1", body, [newSecret()], now))).toBe(400);
  expect(await send(body, headers)).toBe(204);
  expect(await send(body, headers)).toBe(204);
  const last = bodyOf(newUuid(), test);
  expect(await send(last, headersOf("msg_2", last, [secret], now))).toBe(204);
  expect((await said.next()).value).toBe("Northwind has 7 days left.");
  expect((await said.next()).value).toBe("webhook.test cor_2");
});

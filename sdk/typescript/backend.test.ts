import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createApiKey } from "../../server/authority/api-key-input.ts";
import { publicId } from "../../server/domain/ids.ts";
import { createVendor } from "../../server/testing/authority.ts";
import { createLicense } from "../../server/testing/fixtures.ts";
import { chargeStatus, isSignetError, meter, SignetBackend } from "./src/backend.ts";
import { type Interference, TestNetwork, through, unreachable } from "./testing/network.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";
import { tamperingsOf } from "./testing/tampering.ts";
import { time } from "./testing/timers.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

let server: RealServer;
let apiKey: string;
beforeAll(async () => {
  server = await RealServer.create();
  const { userId } = await createVendor(server.authority);
  const actor = { kind: "user", userId, tenantId: server.tenant.tenantId, role: "owner" } as const;
  const scopes = ["balances:read", "tickets:write", "usage:write"];
  const made = await server.authority.apiKeys.create(
    actor,
    createApiKey.parse({ name: "Gateway", scopes, expiresAt: null }),
  );
  apiKey = made.key ?? "";
});
afterAll(() => server.end());
beforeEach(() => time.begin(time.now()));

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isSignetError(error)) throw new Error("It was not refused.", { cause: error });
  return { code: error.code, signed: error.signed };
}

/** A backend, and a license with 100 credits. */
async function vendor(key = apiKey, granted = 100) {
  const network = new TestNetwork();
  const backend = new SignetBackend({
    server: server.url,
    tenant: server.tenant.slug,
    rootKey: server.rootKey,
    product: server.tenant.product,
    apiKey: key,
    fetch: network.fetch,
    clock: time,
    retriesMax: 0,
  });
  const license = await createLicense(server.authority, server.tenant, creditRules(granted));
  const account = () => server.account(license.id);
  return { backend, network, account, license, credits: backend.license(publicId("license", license.id)) };
}

describe("a vendor's backend", () => {
  test("reserves, spends, settles, records and reads for the license it names, all of it verified", async () => {
    const { backend, credits, account, license } = await vendor();
    expect(backend.license(publicId("license", license.id))).toBe(credits);
    const ticket = await credits.ticket("credits", 10);
    await ticket.spend(4);
    expect(await ticket.settle()).toEqual({ used: 4, returned: 6, balance: 96 });
    await (await credits.ticket("credits", 10)).void();
    await credits.usage.record("credits", 3);
    await credits.usage.flush();
    expect(await credits.balances()).toMatchObject([
      { meter: "credits", spent: 7, reserved: 0, available: 93 },
    ]);
    expect(await account()).toMatchObject({ spent: 7 });
  });

  test("hears refusals as signed by the vendor's own key, and of a wrong key or license as what they are", async () => {
    const { backend, credits, license } = await vendor();
    expect(await refusal(credits.ticket("credits", 101))).toEqual({
      code: "insufficient_credits",
      signed: true,
    });
    await server.suspend(license.id);
    expect(await refusal(credits.ticket("credits", 1))).toEqual({ code: "license_suspended", signed: true });
    await credits.usage.record("credits", 1);
    expect(await refusal(credits.usage.flush())).toEqual({ code: "license_suspended", signed: true });
    expect((await refusal((await vendor("sk_wrong")).credits.ticket("credits", 1))).code).toBe(
      "unauthorized",
    );
    expect(() => backend.license("act_1")).toThrow("lic_");
    expect(
      () => new SignetBackend({ server: "https://s", tenant: "t", rootKey: "k", product: "p", apiKey: "" }),
    ).toThrow("apiKey");
  });

  test("believes no answer about another license", async () => {
    const [one, other] = [await vendor(), await vendor()];
    let token: unknown;
    other.network.interfere = async (_sent, forward) => {
      const answer = await forward();
      ({ token } = await answer.clone().json());
      return answer;
    };
    await other.credits.ticket("credits", 5, { id: "other" });
    const lie: Interference = async (_sent, forward) =>
      Response.json({ ...(await (await forward()).json()), token });
    one.network.interfere = (sent, forward) =>
      sent.path.endsWith("/tickets") ? lie(sent, forward) : forward();
    expect(await refusal(one.credits.ticket("credits", 5))).toEqual({
      code: "response_invalid",
      signed: false,
    });
  });
});

type Credits = Awaited<ReturnType<typeof vendor>>["credits"];

/** Patient, because the machine may be busy. */
const SOON = { timeout: 10_000 };

/** What a backend asks and acts upon: what it saw, while `lie` makes the answers to that path false. */
const ASKED: Record<string, (credits: Credits, lie: () => void) => Promise<unknown>> = {
  tickets: async (credits, lie) => {
    lie();
    const { meter, amount, status } = await credits.ticket("credits", 2);
    return { meter, amount, status };
  },
  settle: async (credits, lie) => {
    const ticket = await credits.ticket("credits", 2);
    await ticket.spend(1);
    lie();
    const { used, returned } = await ticket.settle();
    return { used, returned };
  },
  usage: async ({ usage }, lie) => {
    const outcomes: string[] = [];
    const forget = [
      usage.on("charged", ({ ids }) => outcomes.push(...ids.map(() => "charged"))),
      usage.on("denied", ({ code }) => outcomes.push(code)),
    ];
    await usage.record("credits", 1);
    lie();
    await usage.flush().finally(() => {
      for (const each of forget) each();
    });
    return outcomes;
  },
};

test.each(Object.keys(ASKED))(
  "whatever is done to the answer to %s, a backend acts upon the truth or refuses it",
  { timeout: 60_000 },
  async (name) => {
    const { credits, network, account } = await vendor(apiKey, 1_000_000);
    const ask = ASKED[name];
    if (ask === undefined) throw new Error(name);
    const answers: unknown[] = [];
    const interfered = async (change: (body: unknown) => unknown) => {
      network.interfere = through;
      return ask(credits, () => {
        network.interfere = async (sent, forward) => {
          const answer = await forward();
          if (!sent.path.endsWith(name)) return answer;
          const body = await answer.json();
          answers.push(body);
          return Response.json(change(body), { status: answer.status });
        };
      });
    };
    const truth = await interfered((body) => body);
    await interfered((body) => body);
    const [sample, other] = answers;
    const failures: string[] = [];
    for (const { name: what, apply } of tamperingsOf(sample, [other])) {
      const seen = await interfered(apply).catch((error: unknown) =>
        isSignetError(error) && !error.signed ? truth : String(error),
      );
      network.interfere = through;
      // What a lie has held up goes on, and is charged once.
      await credits.usage.flush();
      if (JSON.stringify(seen) !== JSON.stringify(truth)) failures.push(`${what}: ${JSON.stringify(seen)}`);
    }
    expect(failures).toEqual([]);
    if (name === "usage") expect(await account()).toMatchObject({ spent: answers.length });
  },
);

describe("a metered handler", () => {
  test("charges what it reserved, or what was used of it, and nothing when it throws or answers 500", async () => {
    const { credits, account } = await vendor();
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const run = (handler: (input: number) => unknown, used?: () => number) =>
      meter(
        { license: () => credits, meter: "credits", amount: used === undefined ? 1 : 10, used, onError },
        handler,
      )(7);
    expect(await run((input) => input * 2)).toBe(14);
    expect(await account()).toMatchObject({ spent: 1, reserved: 0 });
    await run(
      () => "some of it",
      () => 3,
    );
    expect(await account()).toMatchObject({ spent: 4, reserved: 0 });
    const lost = new Error("who counts has failed");
    const counts = () => {
      throw lost;
    };
    expect([await run(() => "fine", counts), errors]).toEqual(["fine", [lost]]);
    expect(await account()).toMatchObject({ spent: 4, reserved: 0 });
    errors.length = 0;
    for (const wrong of [11, 1.5])
      await run(
        () => "more than was reserved, or nothing that can be charged",
        () => wrong,
      );
    expect(errors).toMatchObject([
      { code: "ticket_amount_exceeded", detail: expect.stringContaining("11 were used and 10 reserved") },
      { code: "invalid_request", message: expect.stringContaining("not 1.5") },
    ]);
    expect(await account()).toMatchObject({ spent: 24, reserved: 0 });
    await expect(run(() => Promise.reject(new Error("its own")))).rejects.toThrow("its own");
    await run(() => new Response(null, { status: 502 }));
    await run(() => new Response(null, { status: 404 }));
    expect(await account()).toMatchObject({ spent: 25, reserved: 0 });
  });

  test("is not reached by a request that cannot be paid for, and its status says why", async () => {
    const { credits, network, license } = await vendor();
    const handler = vi.fn();
    const call = () =>
      meter({ license: () => credits, meter: "credits", amount: 101 }, handler)().catch(chargeStatus);
    expect(await call()).toBe(402);
    network.interfere = unreachable;
    expect(await call()).toBe(503);
    network.interfere = (_sent, forward) => forward();
    await server.suspend(license.id);
    expect(await call()).toBe(403);
    expect(handler).not.toHaveBeenCalled();
  });

  test("answers although settling fails, and is charged once later", async () => {
    const { credits, network, account } = await vendor();
    network.interfere = (sent, forward) =>
      sent.path.endsWith("/settle") ? unreachable(sent, forward) : forward();
    expect(await meter({ license: () => credits, meter: "credits" }, () => "done")()).toBe("done");
    expect(await account()).toMatchObject({ reserved: 1, spent: 0 });
    network.interfere = (_sent, forward) => forward();
    server.pass(60_000);
    await network.quiet();
    expect(await account()).toMatchObject({ reserved: 0, spent: 1 });
  });

  test("works behind Node's server, also where it answers after it has returned", async () => {
    const { credits, account } = await vendor();
    const handle = meter(
      { license: () => credits, meter: "credits" },
      (request: IncomingMessage, response: ServerResponse) => {
        response.statusCode = request.url === "/bad" ? 500 : 200;
        setTimeout(() => response.end("done"), 10);
      },
    );
    const host = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    expect(await (await fetch(`${url}/good`)).text()).toBe("done");
    await (await fetch(`${url}/bad`)).text();
    await vi.waitUntil(async () => (await account())?.reserved === 0, SOON);
    expect(await account()).toMatchObject({ spent: 1 });
    host.closeAllConnections();
    await new Promise((resolve) => host.close(resolve));
  });

  test("charges the work also where the client has hung up before it was done", async () => {
    const { credits, account } = await vendor();
    const handle = meter(
      { license: () => credits, meter: "credits" },
      async (_request: IncomingMessage, response: ServerResponse) => {
        const isOver = new Promise((resolve) => response.once("close", resolve));
        client.abort();
        await isOver;
      },
    );
    const client = new AbortController();
    const host = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    await expect(fetch(url, { signal: client.signal })).rejects.toThrow("aborted");
    await vi.waitUntil(async () => (await account())?.spent === 1, SOON);
    expect(await account()).toMatchObject({ reserved: 0 });
    await new Promise((resolve) => host.close(resolve));
  });

  test("works behind Fastify, and as a handler of a context like Hono's", async () => {
    const { credits, account } = await vendor();
    const app = Fastify();
    const options = { license: () => credits, meter: "credits" };
    app.get(
      "/good",
      meter(options, async () => ({ fine: true })),
    );
    app.get(
      "/bad",
      meter(options, async (_request: unknown, reply: { code(status: number): unknown }) => {
        reply.code(503);
        return {};
      }),
    );
    expect((await app.inject("/good")).json()).toEqual({ fine: true });
    expect((await app.inject("/bad")).statusCode).toBe(503);
    await app.close();
    await meter(
      options,
      async (_context: { res: Response }) => undefined,
    )({ res: new Response(null, { status: 500 }) });
    expect(await account()).toMatchObject({ reserved: 0, spent: 1 });
  });
});

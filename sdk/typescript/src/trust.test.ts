import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestAuthority } from "../testing/authority.ts";
import { LICENSE_KEY, TestClock, testClient } from "../testing/client.ts";
import { type Tamper, TestServer } from "../testing/server.ts";
import { ServerTime } from "./clock.ts";
import { isRecord } from "./shapes.ts";
import { memoryStorage } from "./storage.ts";
import { Trust } from "./trust.ts";

const server = new TestServer(new TestAuthority());
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  server.addLicense(LICENSE_KEY);
  server.tamper = (_request, reply) => reply;
});

/** An activated device that refreshes, and how often it has asked for a trust bundle since. */
async function device() {
  const { signet, clock, storage } = testClient(server);
  const activation = await signet.activate(LICENSE_KEY);
  server.requests.length = 0;
  const fetches = () => server.requestsTo(/trust$/).length;
  const refresh = async (times = 1) => {
    for (let time = 0; time < times; time++) await activation.refresh();
  };
  const pass = (milliseconds: number) => {
    clock.ms += milliseconds;
    server.now += milliseconds / 1000;
  };
  return { activation, storage, refresh, fetches, pass };
}

const inflated: Tamper = (_request, reply) =>
  isRecord(reply.body) && "trustSeq" in reply.body
    ? { ...reply, body: { ...reply.body, trustSeq: 999_999 } }
    : reply;
const withoutTrust: Tamper = (request, reply) =>
  request.path.endsWith("/trust") ? { status: 500, body: {} } : reply;

describe("a trust bundle", () => {
  test("is fetched at once whenever an answer was signed under a newer one", async () => {
    const { refresh, fetches } = await device();
    for (let newer = 1; newer <= 3; newer++) {
      server.authority.seq++;
      await refresh(3);
      expect(fetches()).toBe(newer);
    }
  });

  test("is not fetched for each answer that says there is a newer one where there is none", async () => {
    const { refresh, fetches, pass } = await device();
    server.tamper = inflated;
    await refresh(10);
    expect(fetches()).toBe(1);
    pass(29_000);
    await refresh(10);
    expect(fetches()).toBe(1);
    pass(31_000);
    await refresh(10);
    expect(fetches()).toBe(2);
  });

  test("that is really newer comes a minute after such a lie at the latest", async () => {
    const { activation, refresh, fetches, pass } = await device();
    server.tamper = inflated;
    await refresh();
    server.authority.seq++;
    server.authority.revoked.activations.push(activation.id);
    pass(60_000);
    await expect(refresh()).rejects.toMatchObject({ code: "response_invalid" });
    expect(fetches()).toBe(2);
    server.authority.revoked.activations.pop();
  });

  test("that cannot be had is not asked for with every answer", async () => {
    const { refresh, fetches, pass } = await device();
    server.authority.seq++;
    server.tamper = withoutTrust;
    await refresh(5);
    expect(fetches()).toBe(1);
    server.tamper = (_request, reply) => reply;
    pass(60_000);
    await refresh(5);
    expect(fetches()).toBe(2);
  });

  test("that a replica serves which has fallen behind is passed over, and the answer stands", async () => {
    const older = server.authority.bundle();
    server.authority.seq++;
    const { activation, refresh, fetches } = await device();
    server.authority.seq++;
    server.tamper = (request, reply) =>
      request.path.endsWith("/trust") ? { status: 200, body: { bundle: older } } : reply;
    await refresh(3);
    expect([activation.status, fetches()]).toEqual(["active", 1]);
  });

  test("that the disk does not take is heeded all the same", async () => {
    const { activation, storage, refresh, fetches } = await device();
    const { set } = storage;
    const isFull = (name: string) => name === "trust" || name === "server-time";
    storage.set = (name, text) =>
      isFull(name) ? Promise.reject(new Error("no space left on device")) : set(name, text);
    server.authority.seq++;
    server.now += 60;
    await refresh(3);
    expect(fetches()).toBe(1);
    server.authority.seq++;
    server.authority.revoked.activations.push(activation.id);
    await expect(refresh()).rejects.toMatchObject({ code: "response_invalid" });
    server.authority.revoked.activations.pop();
  });

  test("never takes the place of a newer one that comes at the same time", async () => {
    const { authority } = server;
    const [older, newer] = [authority.bundle({ seq: 500 }), authority.bundle({ seq: 501 })];
    const storage = memoryStorage();
    const { set } = storage;
    storage.set = async (name, text) => {
      if (text.includes(older)) await new Promise((resolve) => setTimeout(resolve, 20));
      await set(name, text);
    };
    const trust = new Trust({
      url: `${server.url}/v1/acme/trust`,
      tenant: "acme",
      rootKey: authority.root.x,
      http: async () => ({
        status: 200,
        text: JSON.stringify({ bundle: newer }),
        retryAfterSeconds: undefined,
      }),
      storage,
      time: new ServerTime(new TestClock(), storage),
      shipped: undefined,
      debug: () => undefined,
    });
    const fetching = trust.hasDisowned(authority.token("license", authority.licenseClaims()), undefined);
    await Promise.all([trust.adopt(older, { keepNewer: true }), fetching]);
    expect(await storage.get("trust")).toContain(newer);
  });
});

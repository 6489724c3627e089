import { connect, createServer } from "node:net";
import { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#prisma/embedded/cluster.ts";
import { publicId } from "#server/domain/ids.ts";
import { type Counters, createRedisCounters, memoryCounters } from "#server/platform/counters.ts";
import { type RedisServer, startRedis } from "#server/testing/redis.ts";
import { HOSTS, type Host } from "./testing/hosts.ts";
import { API_KEY, LICENSE_ID, plainServices, TENANT } from "./testing/plain-services.ts";

const NONCE = "c2lnbmV0LW5vbmNlLTAz";
const LEASE = "lea_01h455vb4pex5vsknk084sn02q";
const TICKET = { used: 1 };
const log = pino({ level: "silent" });

/** Services that take any bearer of three parts for the token of an activation of its own. */
function services() {
  const plain = plainServices();
  return {
    ...plain,
    trust: {
      ...plain.trust,
      verifyActivationToken: async (_tenantId: string, jws: string) => ({
        activationId: jws,
        licenseId: LICENSE_ID,
        product: "renderer",
        trustSeq: 7,
      }),
    },
  };
}

/** Asks as this device, and answers the status. */
async function checkout(host: Host, device: string): Promise<number> {
  return (await askAs(host, `${device}.of.theirs`, "leases", { holder: "ada", nonce: NONCE })).status;
}

function askAs(host: Host, bearer: string, path: string, body: unknown) {
  const headers = { authorization: `Bearer ${bearer}` };
  return host.ask("POST", `/v1/${TENANT.slug}/${path}`, { headers, body });
}

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(Object.entries(HOSTS))("behind %s", (_name, start) => {
  async function withLimits(
    limits: {
      clientPerMinute?: number;
      backendPerMinute?: number;
      tenantPerMinute?: number;
      counters?: Counters;
    },
    work: (host: Host) => Promise<void>,
  ) {
    const rateLimits = {
      counters: memoryCounters,
      clientPerMinute: 0,
      backendPerMinute: 0,
      tenantPerMinute: 0,
      ...limits,
    };
    const host = await start(services(), { rateLimits });
    try {
      await work(host);
    } finally {
      await host.stop();
    }
  }

  test("a device at its limit is told when to come back, and no other device, backend or network is", () =>
    withLimits({ clientPerMinute: 2 }, async (host) => {
      expect([await checkout(host, "a"), await checkout(host, "a")]).toEqual([201, 201]);
      const refused = await askAs(host, "a.of.theirs", "leases", { holder: "ada", nonce: NONCE });
      expect([refused.status, refused.json()]).toMatchObject([
        429,
        { code: "rate_limited", retryable: true },
      ]);
      const seconds = Number(refused.headers.get("retry-after"));
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(60);
      expect(refused.headers.get("ratelimit-policy")).toBe('"client";q=2;w=60');
      expect(refused.headers.get("ratelimit")).toBe(`"client";r=0;t=${seconds}`);
      // The seats it has it keeps: what holds them counts apart, to a limit of its own.
      const beats = [await heartbeat(host, "a"), await heartbeat(host, "a"), await heartbeat(host, "a")];
      expect(beats.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(beats[2]?.headers.get("ratelimit-policy")).toBe('"held";q=2;w=60');

      expect(await checkout(host, "b")).toBe(201);
      expect((await askAs(host, API_KEY, "tokens", {})).status).toBe(201);
      const trust = () => host.ask("GET", `/v1/${TENANT.slug}/trust`);
      expect([await trust(), await trust(), await trust()].map(({ status }) => status)).toEqual([
        200, 200, 429,
      ]);
      expect(await checkout(host, "c")).toBe(201);
    }));

  test("an API key is one client with a limit of its own, whatever it asks for", () =>
    withLimits({ clientPerMinute: 1, backendPerMinute: 2 }, async (host) => {
      const record = () =>
        askAs(host, API_KEY, `tickets/job-42/settle`, {
          ...TICKET,
          license: publicId("license", LICENSE_ID),
        });
      expect((await record()).status).toBe(200);
      expect((await askAs(host, API_KEY, "tokens", {})).status).toBe(201);
      expect((await record()).status).toBe(429);
      expect(await checkout(host, "a")).toBe(201);
    }));

  test("an answer says what is left of each limit, a refusal of the service too", () =>
    withLimits({ clientPerMinute: 9, tenantPerMinute: 5 }, async (host) => {
      const granted = await askAs(host, "a.of.theirs", "leases", { holder: "ada", nonce: NONCE });
      expect(granted.headers.get("ratelimit-policy")).toBe('"client";q=9;w=60, "tenant";q=5;w=60');
      expect(granted.headers.get("ratelimit")).toMatch(/^"client";r=8;t=\d+, "tenant";r=4;t=\d+$/);
      const refused = await askAs(host, "a.of.theirs", "leases", { nonsense: 1 });
      expect(refused.status).toBe(400);
      expect(refused.headers.get("ratelimit")).toMatch(/^"client";r=7;t=\d+, "tenant";r=3;t=\d+$/);
    }));

  test("a tenant at its limit keeps its seats and ends its tickets, and gets nothing new", () =>
    withLimits({ clientPerMinute: 100, tenantPerMinute: 2 }, async (host) => {
      expect([await checkout(host, "a"), await checkout(host, "b"), await checkout(host, "c")]).toEqual([
        201, 201, 429,
      ]);
      const kept = await heartbeat(host, "a");
      expect(kept.status).toBe(200);
      expect(kept.headers.get("ratelimit-policy")).toBe('"held";q=100;w=60');
      const ends = [
        await askAs(host, "b.of.theirs", `leases/${LEASE}/release`, { fence: 1 }),
        await askAs(host, "a.of.theirs", "tickets/job-42/settle", TICKET),
        await askAs(host, "a.of.theirs", "tickets/job-42/void", {}),
      ];
      expect(ends.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(await checkout(host, "d")).toBe(429);
    }));

  test("what one client is refused uses up nothing of its tenant's", () =>
    withLimits({ clientPerMinute: 1, tenantPerMinute: 2 }, async (host) => {
      for (const expected of [201, 429, 429, 429]) expect(await checkout(host, "a")).toBe(expected);
      expect(await checkout(host, "b")).toBe(201);
      expect(await checkout(host, "c")).toBe(429);
    }));

  test("without limits nothing is counted and no header speaks of any", () =>
    withLimits({}, async (host) => {
      const granted = await askAs(host, "a.of.theirs", "leases", { holder: "ada", nonce: NONCE });
      expect([granted.status, granted.headers.has("ratelimit")]).toEqual([201, false]);
    }));

  test("two servers share a limit through Redis", async () => {
    await redis.flush();
    const counters = [createRedisCounters(redis.url, log), createRedisCounters(redis.url, log)];
    for (const each of counters) await untilShared(each, "test");
    const limitsBy = (each: Counters) => ({ clientPerMinute: 3, counters: each });
    const [first = memoryCounters, second = memoryCounters] = counters;
    await withLimits(limitsBy(first), (one) =>
      withLimits(limitsBy(second), async (other) => {
        expect([await checkout(one, "a"), await checkout(other, "a"), await checkout(one, "a")]).toEqual([
          201, 201, 201,
        ]);
        expect([await checkout(one, "a"), await checkout(other, "a")]).toEqual([429, 429]);
        expect(await checkout(other, "b")).toBe(201);
      }),
    );
    for (const each of counters) each.close();
  });

  test("with a Redis where nobody listens, answers go on and limits hold in each process", async () => {
    const counters = createRedisCounters(`redis://127.0.0.1:${await freePort()}`, log);
    await withLimits({ clientPerMinute: 2, counters }, async (host) => {
      for (const expected of [201, 201, 429]) expect(await checkout(host, "a")).toBe(expected);
      expect((await heartbeat(host, "b")).status).toBe(200);
    });
    counters.close();
  });
});

test("a Redis that hangs is asked no more after the first requests, and again once it answers", async () => {
  await redis.flush();
  const proxy = await startProxy(redis.port);
  const counters = createRedisCounters(`redis://127.0.0.1:${proxy.port}`, log);
  await untilShared(counters, "before");
  const counter = counters.counter("hung", 60);
  proxy.hangs(true);
  const asked: number[] = [];
  for (let request = 1; request <= 200; request++) asked.push((await counter.count("key")).counted);
  expect(asked.at(-1)).toBe(200);
  expect(proxy.askedWhileHanging("signet:rate:hung")).toBeLessThanOrEqual(2);
  proxy.hangs(false);
  await untilShared(counters, "after");
  counters.close();
  proxy.stop();
});

function heartbeat(host: Host, device: string) {
  return askAs(host, `${device}.of.theirs`, `leases/${LEASE}/heartbeat`, { fence: 17, nonce: NONCE });
}

/** Resolves once these count in Redis, as a second connection of its own sees. */
async function untilShared(counters: Counters, key: string): Promise<void> {
  const counter = counters.counter("shared", 60);
  const client = new Redis(redis.url);
  const before = Number(await client.get(`signet:rate:shared:${key}`));
  await expect
    .poll(
      async () => {
        await counter.count(key);
        return Number(await client.get(`signet:rate:shared:${key}`));
      },
      { timeout: 10_000 },
    )
    .toBeGreaterThan(before);
  client.disconnect();
}

/** A way to a Redis on which nothing gets through while it hangs. */
async function startProxy(to: number) {
  let hanging = false;
  let heard = "";
  const server = createServer((socket) => {
    const upstream = connect(to, "127.0.0.1");
    for (const end of [socket, upstream]) end.on("error", () => end.destroy());
    socket.on("close", () => upstream.destroy());
    socket.on("data", (chunk) => {
      if (hanging) heard += chunk.toString();
      else upstream.write(chunk);
    });
    upstream.pipe(socket);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port,
    hangs(value: boolean) {
      hanging = value;
    },
    askedWhileHanging: (key: string) => heard.split(key).length - 1,
    stop: () => server.close(),
  };
}

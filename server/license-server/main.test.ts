import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { problem } from "./schemas.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;

let environment: NodeJS.ProcessEnv;
let drop: () => Promise<void>;
const children: ChildProcess[] = [];

beforeAll(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  environment = {
    NODE_ENV: "production",
    DATABASE_APP_URL: database.appUrl,
    SIGNET_MASTER_KEY: TEST_MASTER_KEY,
    NEXTAUTH_SECRET: "only for this test, never anywhere else",
  };
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
  }
});
afterAll(() => drop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port.");
  return address.port;
}

function start(port: number, more: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...environment, LICENSE_SERVER_PORT: String(port), ...more },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  children.push(child);
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  const exit = once(child, "exit").then(([code]) => code as number | null);
  return { child, exit, output: () => output };
}

async function untilReady(port: number): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The LicenseServer did not become ready.");
}

describe("the process", () => {
  test("answers until SIGTERM, and then exits with 0 although a client keeps its connection", async () => {
    const port = await freePort();
    const { child, exit } = start(port);
    await untilReady(port);
    const startedMs = performance.now();
    child.kill("SIGTERM");
    expect(await exit).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  test("limits rates as its environment says", async () => {
    const runtime = createRuntime(environment.DATABASE_APP_URL ?? "", new TestClock(new Date()));
    const { slug } = await createTenant(runtime);
    await runtime.close();
    const port = await freePort();
    start(port, { RATE_LIMIT_CLIENT_PER_MINUTE: "5", RATE_LIMIT_TENANT_PER_MINUTE: "1" });
    await untilReady(port);
    const trust = () => fetch(`http://127.0.0.1:${port}/v1/${slug}/trust`);
    const [granted, refused] = [await trust(), await trust()];
    expect([granted.status, refused.status]).toEqual([200, 429]);
    expect(granted.headers.get("ratelimit-policy")).toBe('"client";q=5;w=60, "tenant";q=1;w=60');
  });

  test("leads from a problem's type to where the portal explains the code", async () => {
    const port = await freePort();
    start(port, { NEXTAUTH_URL: "https://portal.example.com" });
    await untilReady(port);
    const refused = await fetch(`http://127.0.0.1:${port}/nothing`);
    const { type } = problem.parse(await refused.json());
    const led = await fetch(new URL(type, refused.url), { redirect: "manual" });
    expect([led.status, led.headers.get("location"), type]).toEqual([
      302,
      "https://portal.example.com/docs/errors",
      "/docs/errors#not_found",
    ]);
  });

  test("ends with 0 when its launcher is gone", async () => {
    const port = await freePort();
    const { child, exit } = start(port);
    await untilReady(port);
    child.disconnect();
    expect(await exit).toBe(0);
  });

  test.each(["1", "2"])(
    "says in one sentence that its port is taken, with %s processes",
    async (processes) => {
      const taken = createServer().listen(0);
      await once(taken, "listening");
      const address = taken.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      const { output, exit } = start(port, { LICENSE_SERVER_PROCESSES: processes });
      expect(await exit).toBe(1);
      expect(output()).toContain(`Port ${port} is taken; set LICENSE_SERVER_PORT to another one`);
      taken.close();
    },
  );

  test("answers what is no HTTP request with a problem, and closes", async () => {
    const port = await freePort();
    start(port);
    await untilReady(port);
    const socket = connect(port, "127.0.0.1");
    socket.write("HELLO\r\n\r\n");
    const reply = await text(socket);
    expect(reply).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(reply).toContain("content-type: application/problem+json\r\n");
    expect(JSON.parse(reply.slice(reply.indexOf("\r\n\r\n")))).toMatchObject({
      code: "invalid_request",
      status: 400,
    });
  });
});

describe("several processes", () => {
  test("serve one port, add up their metrics, replace one that dies, and end together", async () => {
    const port = await freePort();
    const { child, exit, output } = start(port, { LICENSE_SERVER_PROCESSES: "2" });
    await untilReady(port);
    const url = `http://127.0.0.1:${port}`;
    const headers = { connection: "close" };
    for (let asked = 0; asked < 20; asked++) await fetch(`${url}/v1/ping`, { headers });
    // Gathering them fails where the machine is too busy for one of the processes to answer in time.
    const metrics = async () => (await fetch(`${url}/metrics`, { headers })).text();
    await expect
      .poll(metrics, { timeout: 30_000 })
      .toContain('signet_license_server_request_duration_seconds_count{operation="ping",status="200"} 20\n');

    const pids = () =>
      [...output().matchAll(/"pid":(\d+),"msg":"worker started"/g)].map(([, pid]) => Number(pid));
    const [victim] = pids();
    if (victim === undefined) throw new Error("No worker told its pid.");
    process.kill(victim, "SIGKILL");
    await expect.poll(pids, { timeout: 10_000 }).toHaveLength(3);
    await untilReady(port);

    child.kill("SIGTERM");
    expect(await exit).toBe(0);
    expect(output()).toContain("a worker died; starting another");
  });
});

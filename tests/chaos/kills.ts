import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Cluster, freePort, startCluster } from "#prisma/embedded/cluster.ts";
import { migrate } from "#prisma/migrator/migrate.ts";
import { databaseAppUrl } from "#server/platform/master-key.ts";
import { createRuntime, createTenant, TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { startRedis } from "#server/testing/redis.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { Dice } from "../history/dice.ts";
import { type Running, startProcess } from "../processes.ts";
import { createLoad } from "./load.ts";
import type { Row } from "./report.ts";

const CLIENTS = 24;
const START_TRIES = 50;

/**
 * Two LicenseServers on a PostgreSQL that waits for the disk, under load; one of the three is killed, started again, and so
 * on. Clients ask again, with the same ids, until they are answered. Nothing that was acknowledged may be missing at the end.
 */
export async function kills(wanted: { readonly kills: number; readonly firstSeed: number }): Promise<Row> {
  const started = performance.now();
  const dice = new Dice(wanted.firstSeed);
  const directory = mkdtempSync(join(tmpdir(), "signet-chaos-"));
  chmodSync(directory, 0o711);
  const port = await freePort();
  const open = () =>
    startCluster({ dataDirectory: join(directory, "postgres"), password: "chaos", durable: true, port });
  let cluster = await open();
  const ownerUrl = cluster.url("postgres");
  const appUrl = databaseAppUrl(ownerUrl, TEST_MASTER_KEY);
  await migrate({ ownerUrl, appUrl });
  // The servers decide by the database's own clock, so what they are asked about begins now.
  const runtime = createRuntime(appUrl, new TestClock(new Date()));
  const tenant = await createTenant(runtime);
  let redis = await startRedis();
  const startServer = () =>
    startProcess("server/license-server/main.ts", "LICENSE_SERVER_PORT", "/readyz", {
      NODE_ENV: "production",
      LOG_LEVEL: "fatal",
      DATABASE_APP_URL: appUrl,
      SIGNET_MASTER_KEY: TEST_MASTER_KEY,
      NEXTAUTH_SECRET: "chaos".repeat(8),
      REDIS_URL: redis.url,
      // Counted in Redis for each request, and never reached.
      RATE_LIMIT_CLIENT_PER_MINUTE: "1000000",
    });
  const servers: Running[] = [await startServer(), await startServer()];
  const load = await createLoad(runtime, tenant, dice, () => servers.map((server) => server.port));
  const violations: string[] = [];
  try {
    const clients = Array.from({ length: CLIENTS }, (_, n) => load.client(n));
    for (let done = 0; done < wanted.kills; done++) {
      await load.untilAnswered(dice.between(20, 60));
      const victim = done % 3;
      // Redis is no party to any of this, so it comes and goes beside. Before PostgreSQL is killed both servers are as good
      // as new, and nothing but Redis is amiss.
      if (victim === 0) await redis.flush();
      if (victim === 2) {
        await redis.stop();
        await load.whileQuiet(40);
        redis = await startRedis(redis.port);
      }
      if (victim < 2) {
        servers[victim]?.kill();
        servers[victim] = await startServer();
      } else {
        cluster = await crash(cluster, open);
      }
      if ((done + 1) % 10 === 0) console.log(`  kills: ${done + 1}, ${load.answered()} answers`);
    }
    await load.untilAnswered(50);
    load.stop();
    await Promise.all(clients);
    violations.push(...(await load.violations()));
  } finally {
    load.stop();
    for (const server of servers) await server.stop();
    await redis.stop();
    await runtime.close().catch(() => undefined);
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  for (const each of violations) console.log(`✗ kills: ${each}`);
  const seconds = (performance.now() - started) / 1000;
  return {
    what: `${wanted.kills} kills`,
    seeds: 1,
    operations: load.answered(),
    lost: load.lost(),
    violations,
    seconds,
  };
}

/** SIGKILL: nothing is written any more, and the next start recovers from the log. */
async function crash(cluster: Cluster, open: () => Promise<Cluster>): Promise<Cluster> {
  const pid = Number(readFileSync(join(cluster.dataDirectory, "postmaster.pid"), "utf8").split("\n")[0]);
  process.kill(pid, "SIGKILL");
  await cluster.ended;
  for (let tries = 1; ; tries++) {
    try {
      return await open();
    } catch (error) {
      // Its sessions notice a moment later that it is gone, and hold the memory until then.
      if (tries === START_TRIES) throw error;
      await sleep(100);
    }
  }
}

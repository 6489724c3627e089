import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { freePort } from "#prisma/embedded/cluster.ts";
import { type RedisServer, startRedis } from "./redis.ts";

/** A real Redis Cluster of three masters, each with a third of the slots. */
export async function startRedisCluster(): Promise<{
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}> {
  const nodes = await Promise.all(
    Array.from({ length: 3 }, async () => startRedis(undefined, await freePort())),
  );
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await promisify(execFile)("redis-cli", ["--cluster", "create", ...addresses, "--cluster-yes"]);
  for (const { url } of nodes) {
    const client = new Redis(url);
    while (!(await client.cluster("INFO")).includes("cluster_state:ok")) await sleep(50);
    client.disconnect();
  }
  return {
    url: `redis+cluster://${addresses[0]},${addresses[1]}`,
    nodes,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "#prisma/embedded/cluster.ts";

/** A real redis-server process of a test's own, which keeps nothing on disk. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Forgets everything. */
  flush(): Promise<void>;
  /** Kills it without warning. */
  stop(): Promise<void>;
}

/** Starts one, at `wanted` where another one was; with `busPort` it is a node that may join a cluster. */
export async function startRedis(wanted?: number, busPort?: number): Promise<RedisServer> {
  const port = wanted ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), "signet-redis-"));
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory];
  if (busPort !== undefined) flags.push("--cluster-enabled", "yes", "--cluster-port", String(busPort));
  const server: ChildProcess = spawn("redis-server", flags, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new Error("These tests need redis-server; install it.", { cause })),
    );
    server.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.includes("Ready to accept connections")) resolve();
    });
  });
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    port,
    async flush() {
      const client = new Redis(url);
      await client.flushall();
      client.disconnect();
    },
    async stop() {
      server.kill("SIGKILL");
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

import { Pool } from "pg";
import { createLeasesStore } from "#server/leases/leases-store.ts";
import { systemClock } from "#server/platform/clock.ts";
import { newUuid } from "#server/platform/ids.ts";
import { httpSubject } from "./http-subjects.ts";
import { load } from "./load.ts";
import { markdown, median, rounded } from "./table.ts";
import type { StartedWorld } from "./world.ts";

const CLIENTS = [1, 64, 256] as const;
const WARM_UP_SECONDS = 2;
const BATCH = 512;
const HEARTBEATS = 1_000_000;

/** Every operation that is loaded here: its name, and how its next request is written. */
type Operations = readonly { readonly name: string; request(): string; prepare?(): Promise<void> }[];

/** Throughput and latency of each operation at 1, 64 and 256 clients. */
export async function latencies(operations: Operations, port: number, seconds: number): Promise<string> {
  const lines: string[][] = [];
  for (const { name, request, prepare } of operations) {
    for (const clients of CLIENTS) {
      const { perSecond, p50Ms, p99Ms } = await load(
        httpSubject(name, clients, port, request, prepare),
        seconds,
      );
      lines.push([name, String(clients), rounded(perSecond), rounded(p50Ms), rounded(p99Ms)]);
    }
  }
  return markdown(["operation", "clients", "per second", "p50 ms", "p99 ms"], lines);
}

/** One process against two on the same port, in turn. */
export async function processes(
  operations: Operations,
  ports: { readonly one: number; readonly two: number },
  rounds: number,
  seconds: number,
): Promise<string> {
  const lines: string[][] = [];
  for (const { name, request, prepare } of operations) {
    const figures: { one: number[]; two: number[] } = { one: [], two: [] };
    await load(httpSubject(name, 64, ports.two, request, prepare), WARM_UP_SECONDS);
    for (let round = 0; round < rounds; round++) {
      for (const count of ["one", "two"] as const) {
        const { perSecond } = await load(httpSubject(name, 64, ports[count], request, prepare), seconds);
        figures[count].push(perSecond);
      }
    }
    const [one, two] = [median(figures.one), median(figures.two)];
    lines.push([name, rounded(one), rounded(two), `${(two / one).toFixed(2)} ×`]);
  }
  return markdown(["operation", "one process /s", "two processes /s", ""], lines);
}

/** What a million heartbeats leave behind: how many updates stayed on their page (HOT), and how the table grew. */
export async function heartbeatBloat(world: StartedWorld): Promise<string> {
  const pool = new Pool({ connectionString: world.appUrl, max: 2 });
  const store = createLeasesStore(pool, systemClock);
  const before = await seatFacts(world);
  const startMs = performance.now();
  for (let beaten = 0; beaten < HEARTBEATS; beaten += BATCH) {
    const items = Array.from({ length: BATCH }, (_, index) => {
      const lease = world.leases[(beaten + index) % world.leases.length];
      if (lease === undefined) throw new Error("There is no lease.");
      const { stored, activationId, fence } = lease;
      return {
        lease_id: stored,
        activation_id: activationId,
        fence,
        event_id: newUuid(),
        correlation_id: "cor_benchmark",
      };
    });
    const rows = await store.heartbeat(world.tenantId, items);
    const refused = rows.find(({ code }) => code !== null);
    if (refused !== undefined) throw new Error(`A heartbeat was refused: ${refused.code}.`);
  }
  const seconds = (performance.now() - startMs) / 1000;
  await pool.end();
  const after = await seatFacts(world);
  const updates = after.updates - before.updates;
  return markdown(
    [
      "heartbeats",
      "per second, one batch at a time",
      "updates that were HOT",
      "seats' table and indexes before",
      "after",
    ],
    [
      [
        HEARTBEATS.toLocaleString("en"),
        rounded(HEARTBEATS / seconds),
        `${(((after.hot - before.hot) / updates) * 100).toFixed(1)} %`,
        `${rounded(before.bytes / 1e6)} MB`,
        `${rounded(after.bytes / 1e6)} MB`,
      ],
    ],
  );
}

async function seatFacts({ owner }: StartedWorld) {
  // The server's statistics are flushed at most once a second.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const { rows } = await owner.query<{ updates: string; hot: string; bytes: string }>(
    `SELECT n_tup_upd AS updates, n_tup_hot_upd AS hot, pg_total_relation_size('seat') AS bytes
       FROM pg_stat_user_tables WHERE relname = 'seat'`,
  );
  const [facts] = rows;
  return { updates: Number(facts?.updates), hot: Number(facts?.hot), bytes: Number(facts?.bytes) };
}

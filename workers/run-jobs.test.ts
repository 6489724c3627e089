import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "#prisma/embedded/cluster.ts";
import { createJobs } from "#server/jobs/jobs.ts";
import { systemClock } from "#server/platform/clock.ts";
import { createLogger, currentCorrelationId, runWithCorrelation } from "#server/platform/log.ts";
import { serveMetrics } from "#server/platform/metrics-server.ts";
import { createQueues, type Queues } from "#server/platform/queue.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createJobMetrics } from "./metrics.ts";
import { createProcessors } from "./processors.ts";
import { runJobs } from "./run-jobs.ts";

/** Waits for a state that other processes bring about; patient, because the machine may be busy. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 });

let database: TestDatabase;
let queues: Queues;
const metrics = createJobMetrics();
const lines: Record<string, unknown>[] = [];
const log = createLogger({
  level: "debug",
  name: "test",
  destination: { write: (line) => void lines.push(JSON.parse(line)) },
});

const announcements = { left: 1_200, limits: [] as number[], correlationIds: [] as (string | undefined)[] };

beforeAll(async () => {
  database = await createTestDatabase();
  queues = createQueues({ databaseUrl: database.appUrl, log });
  const processors = createProcessors({
    leases: { expire: async () => ({ expired: 0 }) },
    usage: {
      expireTickets: async () => ({ expired: 0 }),
      expireCredits: async () => ({ renewed: 0 }),
    },
    licenses: {
      async announceTransitions({ limit }) {
        announcements.limits.push(limit);
        announcements.correlationIds.push(currentCorrelationId());
        const announced = Math.min(limit, announcements.left);
        announcements.left -= announced;
        return { announced };
      },
    },
    licenseBatches: { finishLeft: async () => ({ finished: 0 }) },
    events: { tell: async () => ({ told: 0 }) },
    deliveries: { deliverDue: async () => ({ delivered: 0, failed: 0 }) },
    mailer: { deliverDue: async () => ({ sent: 0, failed: 0, expired: 0 }) },
    staffDigest: { write: async () => ({ written: 0 }) },
    overview: { tally: async () => ({ tallied: 0 }) },
    analytics: { rollUp: async () => ({ hours: 0 }) },
    reconciliation: { reconcile: async () => ({ checked: 0, begun: 0 }) },
    auditCheckpoints: { sealAll: async () => ({ sealed: 0 }) },
    health: { computeFigures: async () => ({ tenants: 0 }) },
    retention: { deleteExpired: async () => ({ deleted: 0 }) },
    trust: {
      async refreshExpiring() {
        throw new Error("the vault is sealed");
      },
    },
  });
  runJobs({ queues, processors, log, clock: systemClock, metrics, note: async () => undefined });
});
afterAll(async () => {
  await queues.close();
  await database.drop();
});

const linesOf = (job: string, msg: string) => lines.filter((line) => line.job === job && line.msg === msg);

test("a scheduled sweep goes on in bounded rounds until nothing is left, and its run is logged with an id of its own", async () => {
  await eventually(() => linesOf("license-transitions", "job done")).not.toEqual([]);
  expect(announcements.limits.slice(0, 3)).toEqual([500, 500, 500]);
  expect(linesOf("license-transitions", "job done")[0]).toMatchObject({
    announced: 1_200,
    attempt: 1,
    correlationId: expect.stringMatching(/^cor_/),
  });
  expect(new Set(announcements.correlationIds.slice(0, 3)).size).toBe(1);
  // A later run finds nothing to do, which is no news.
  await createJobs(queues).enqueue("license-transitions", {});
  await eventually(() => linesOf("license-transitions", "job done").map(({ level }) => level)).toContain(
    "debug",
  );
  expect(linesOf("license-transitions", "job done")[0]).toMatchObject({ level: "info" });
});

test("a job that was asked for runs under the correlation id and in the trace of whoever asked", async () => {
  const traceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const enqueue = () => createJobs(queues).enqueue("license-transitions", {});
  await runWithCorrelation("cor_asked", enqueue, traceParent);
  await eventually(() => announcements.correlationIds).toContain("cor_asked");
  await eventually(() =>
    linesOf("license-transitions", "job done").map((line) => line.correlationId),
  ).toContain("cor_asked");
  const line = linesOf("license-transitions", "job done").find((each) => each.correlationId === "cor_asked");
  expect(line).toMatchObject({ trace_id: "4bf92f3577b34da6a3ce929d0e0e4736", span_id: "00f067aa0ba902b7" });
});

test("a run that fails is logged with its reason", async () => {
  await eventually(() => linesOf("trust-refresh", "job failed")).not.toEqual([]);
  expect(linesOf("trust-refresh", "job failed")[0]).toMatchObject({
    attempt: 1,
    level: "error",
    err: { message: "the vault is sealed" },
  });
});

test("what became of each run is told to Prometheus, with what it did and when it was last done", async () => {
  await eventually(() => linesOf("trust-refresh", "job failed")).not.toEqual([]);
  await eventually(() => linesOf("license-transitions", "job done")).not.toEqual([]);
  const port = await freePort();
  const server = await serveMetrics(() => metrics.registry.metrics(), port);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await server.close();
  expect(text).toMatch(/signet_job_duration_seconds_count\{name="trust-refresh",outcome="failed"\} [1-9]/);
  expect(text).not.toMatch(/signet_job_duration_seconds_count\{name="trust-refresh",outcome="done"\}/);
  expect(text).toMatch(/signet_job_results_total\{name="license-transitions",result="announced"\} 1200/);
  expect(text).toMatch(/signet_job_last_done_timestamp_seconds\{name="license-transitions"\} \d{10}/);
});

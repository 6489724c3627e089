import { createContainer } from "#server/container.ts";
import { addInstanceMetrics } from "#server/operations/instance-metrics.ts";
import { announcePresence } from "#server/operations/presence.ts";
import { loadEnvOrExit } from "#server/platform/env.ts";
import { serveMetrics } from "#server/platform/metrics-server.ts";
import { createQueues } from "#server/platform/queue.ts";
import { exitUnlessServable } from "#server/platform/servable.ts";
import { onShutdown } from "#server/platform/shutdown.ts";
import { createJobMetrics } from "./metrics.ts";
import { createProcessors } from "./processors.ts";
import { runJobs } from "./run-jobs.ts";
import { watchQueues } from "./watch-queues.ts";

const env = loadEnvOrExit();
const container = createContainer(env, "worker");
const { log, clock, health } = container;
await exitUnlessServable({ pool: container.database.pool, log, env });
const queues = createQueues({ databaseUrl: env.DATABASE_APP_URL, redisUrl: env.REDIS_URL, log });

onShutdown(log, "services", container.close);
onShutdown(log, "job queues", queues.close);

const metrics = createJobMetrics();
if (env.WORKER_METRICS_PORT !== undefined) {
  metrics.withProcess();
  addInstanceMetrics(metrics.registry, container.health.instance);
  const server = await serveMetrics(() => metrics.registry.metrics(), env.WORKER_METRICS_PORT);
  onShutdown(log, "metrics", server.close);
}
const masterKey = env.SIGNET_MASTER_KEY;
const presence = announcePresence({ pool: container.database.pool, log, kind: "worker", masterKey });
onShutdown(log, "presence", presence.stop);
runJobs({ queues, processors: createProcessors(container), log, clock, metrics, note: health.noteRun });
const unwatch = watchQueues({ queues, note: health.noteWaiting, log });
onShutdown(log, "queue watch", async () => unwatch());
log.info({ store: env.REDIS_URL === undefined ? "PostgreSQL" : "Redis" }, "worker started");

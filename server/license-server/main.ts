import cluster from "node:cluster";
import { createContainer } from "#server/container.ts";
import { announcePresence } from "#server/operations/presence.ts";
import { loadEnvOrExit } from "#server/platform/env.ts";
import { createLogger } from "#server/platform/log.ts";
import { exitUnlessServable } from "#server/platform/servable.ts";
import { onShutdown } from "#server/platform/shutdown.ts";
import { superviseWorkers, workersMetrics } from "./processes.ts";
import { serve } from "./serve.ts";

const NAME = "license-server";
const env = loadEnvOrExit();

if (cluster.isPrimary && env.LICENSE_SERVER_PROCESSES > 1) {
  const log = createLogger({ level: env.LOG_LEVEL, name: NAME, format: env.LOG_FORMAT });
  superviseWorkers(env.LICENSE_SERVER_PROCESSES, log);
} else {
  const container = createContainer(env, NAME);
  onShutdown(container.log, "services", container.close);
  await exitUnlessServable({ pool: container.database.pool, log: container.log, env });
  try {
    const options = { port: env.LICENSE_SERVER_PORT, portalUrl: env.NEXTAUTH_URL };
    await serve(container, options, cluster.isWorker ? workersMetrics : undefined);
    const { log, database } = container;
    const masterKey = env.SIGNET_MASTER_KEY;
    const presence = announcePresence({ pool: database.pool, log, kind: NAME, masterKey });
    onShutdown(log, "presence", presence.stop);
  } catch (error) {
    container.log.fatal(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

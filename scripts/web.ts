import { createServer, type RequestListener } from "node:http";
import next from "next";
import { collectDefaultMetrics, Registry } from "prom-client";
import { announcePresence } from "#server/operations/presence.ts";
import { createDatabase } from "#server/platform/database.ts";
import { loadEnvOrExit } from "#server/platform/env.ts";
import { clientOf } from "#server/platform/forwarded.ts";
import { createLogger } from "#server/platform/log.ts";
import { serveMetrics } from "#server/platform/metrics-server.ts";
import { exitUnlessServable } from "#server/platform/servable.ts";
import { onShutdown } from "#server/platform/shutdown.ts";

const env = loadEnvOrExit();
const log = createLogger({ level: env.LOG_LEVEL, name: "web", format: env.LOG_FORMAT });
const dev = env.NODE_ENV === "development";
// The services are in Next's bundle and begin with the first request; what is said of the process is said before.
const database = createDatabase({ url: env.DATABASE_APP_URL, poolSize: 1, log });
await exitUnlessServable({ pool: database.pool, log, env });
let handle: RequestListener = (_request, response) => {
  response.writeHead(503, { "Retry-After": "1" }).end();
};
const server = createServer((request, response) => handle(request, response));
server.once("error", (error) => {
  log.fatal(`The portal cannot listen on port ${env.PORT}: ${error.message}`);
  process.exit(1);
});
// Next keeps connections of its own (reloading, in development) on the same server.
const app = next({ dev, port: env.PORT, httpServer: server });
await app.prepare();
const handler = app.getRequestHandler();
handle = (request, response) => {
  // This port may face the world: what Next is told of the client's address is what we know, not what it claims.
  const claimed = request.headersDistinct["x-forwarded-for"]?.join(",");
  request.headers["x-forwarded-for"] = clientOf(request.socket.remoteAddress, claimed);
  handler(request, response).catch((error: unknown) => {
    // One request that Next fails at must not end the process, and everybody else's with it.
    log.error({ err: error }, "a request failed");
    response.destroy();
  });
};

onShutdown(log, "database", database.close);
const masterKey = env.SIGNET_MASTER_KEY;
const presence = announcePresence({ pool: database.pool, log, kind: "web", masterKey });
onShutdown(log, "presence", presence.stop);
if (env.PORTAL_METRICS_PORT !== undefined) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // What Next's bundle counts is in a registry of its own.
  const all = async () =>
    `${await registry.metrics()}${(await globalThis.signetContainer?.portalMetrics.registry.metrics()) ?? ""}`;
  const metrics = await serveMetrics(all, env.PORTAL_METRICS_PORT);
  onShutdown(log, "metrics", metrics.close);
}
onShutdown(log, "services", async () => globalThis.signetContainer?.close());
onShutdown(log, "portal", () => app.close());
onShutdown(log, "requests", () => new Promise((resolve) => server.close(() => resolve())));
onShutdown(log, "live views", async () => globalThis.signetContainer?.endStreams());
server.listen(env.PORT);

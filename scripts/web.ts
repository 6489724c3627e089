import { createServer, type RequestListener } from "node:http";
import next from "next";
import { loadEnv } from "#server/platform/env.ts";

const DRAIN_TIMEOUT_MS = 10_000;

const env = loadEnv();
const dev = env.NODE_ENV === "development";
let handle: RequestListener = (_request, response) => {
  response.writeHead(503, { "Retry-After": "1" }).end();
};
const server = createServer((request, response) => handle(request, response));
// Next keeps its own open connections (reloading, in development) on the same server.
const app = next({ dev, port: env.PORT, httpServer: server, ...(dev ? { turbopack: true } : {}) });
await app.prepare();
const handler = app.getRequestHandler();
handle = (request, response) => {
  void handler(request, response);
};
server.listen(env.PORT, () => process.send?.("ready"));
server.once("error", (error) => {
  console.error(`The portal cannot listen on port ${env.PORT}: ${error.message}`);
  process.exit(1);
});

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(0), DRAIN_TIMEOUT_MS).unref();
  await new Promise((resolve) => server.close(resolve));
  await app.close();
  process.exit(0);
}
for (const event of ["SIGTERM", "SIGINT", "disconnect"] as const) process.on(event, () => void stop());

import { once } from "node:events";
import { createServer } from "node:http";
import type { Registry } from "prom-client";

/** Serves `/metrics` and `/healthz`; rejects when the port is taken. */
export async function serveMetrics(registry: Registry, port: number): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url === "/healthz") return response.end("ok\n");
    if (request.url !== "/metrics")
      return response.writeHead(404).end("There are /metrics and /healthz here.\n");
    registry.metrics().then(
      (text) => response.setHeader("content-type", registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(port);
  await once(server, "listening");
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { once } from "node:events";
import { createServer } from "node:http";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Serves `/metrics`, in Prometheus' text format, and `/healthz`; rejects when the port is taken. */
export async function serveMetrics(
  text: () => Promise<string>,
  port: number,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url === "/healthz") return response.end("ok\n");
    if (request.url !== "/metrics")
      return response.writeHead(404).end("There are /metrics and /healthz here.\n");
    text().then(
      (all) => response.setHeader("content-type", CONTENT_TYPE).end(all),
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

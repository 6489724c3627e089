import { networkInterfaces } from "node:os";
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics } from "prom-client";
import type { EventLoopWatch } from "#server/platform/event-loop.ts";
import { onShutdown } from "#server/platform/shutdown.ts";
import { createFastifyApp } from "./fastify-adapter.ts";
import { createLicenseServer } from "./license-server.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { RateLimitOptions } from "./rate-limits.ts";
import type { LicenseServerServices } from "./services.ts";

/**
 * Serves the runtime API on every address of this machine until the process is asked to end, and then answers what is
 * under way first. Throws an Error of one sentence when the port cannot be had.
 *
 * @param metricsOfAll gathers the metrics of all processes, where this is one of several.
 */
export async function serve(
  services: LicenseServerServices & {
    readonly rateLimits: RateLimitOptions;
    readonly eventLoop: EventLoopWatch;
  },
  { port, portalUrl }: { readonly port: number; readonly portalUrl: string },
  metricsOfAll?: { text(): Promise<string>; contribute(registry: Metrics["registry"]): void },
): Promise<void> {
  const metrics = createMetrics(metricsOfAll?.text);
  collectDefaultMetrics({ register: metrics.registry });
  metricsOfAll?.contribute(metrics.registry);
  const { rateLimits, eventLoop } = services;
  const options = { metrics, rateLimits, isLate: eventLoop.isLate, portalUrl };
  const app = createFastifyApp(createLicenseServer(services, options));
  onShutdown(services.log, "HTTP server", () => app.close());
  await listen(app, port);
  services.log.info({ port }, "LicenseServer listening");
}

async function listen(app: FastifyInstance, port: number): Promise<void> {
  try {
    await app.listen({ port, host: anyAddress() });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EADDRINUSE") {
      throw new Error(
        `Port ${port} is taken; set LICENSE_SERVER_PORT to another one, or stop what uses it.`,
        { cause },
      );
    }
    if (code === "EACCES") {
      throw new Error(`Port ${port} needs privileges; set LICENSE_SERVER_PORT to one above 1023.`, { cause });
    }
    throw cause;
  }
}

/** IPv6's covers IPv4 too, but is refused where the system has no IPv6. */
function anyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.some(({ family }) => family === "IPv6") ? "::" : "0.0.0.0";
}

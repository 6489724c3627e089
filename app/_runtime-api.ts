import { createFetchHandler, type FetchHandler } from "#server/license-server/next-adapter.ts";
import { server } from "./_server.ts";

let handler: FetchHandler | undefined;

/** The runtime API for hosts that run only Next; the LicenseServer serves the same operations many times faster. */
export function runtimeApi(request: Request): Promise<Response> {
  const { rateLimits, eventLoop } = server();
  handler ??= createFetchHandler(server(), "/api", { rateLimits, isLate: eventLoop.isLate });
  return handler(request);
}

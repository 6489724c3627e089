import { createFetchHandler, type FetchHandler } from "#server/license-server/next-adapter.ts";
import { server } from "../../../_server.ts";

let handler: FetchHandler | undefined;

/** The runtime API for hosts that run only Next; the LicenseServer serves the same operations many times faster. */
function handle(request: Request): Promise<Response> {
  handler ??= createFetchHandler(server(), "/api", { rateLimits: server().rateLimits });
  return handler(request);
}

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
};

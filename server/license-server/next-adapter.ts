import { readBody } from "../platform/read-body.ts";
import { createLicenseServer, type LicenseServer, type LicenseServerOptions } from "./license-server.ts";
import { BODY_BYTES_MAX, type RawReply, type RawRequest } from "./raw.ts";
import { bodyTooLarge, wrongContentType } from "./refusal.ts";
import type { Route } from "./router.ts";
import type { LicenseServerServices } from "./services.ts";

/** Answers web-standard requests from the operations table. */
export type FetchHandler = (request: Request) => Promise<Response>;

/**
 * The runtime API for hosts that speak `Request` and `Response`, such as Next's route handlers.
 *
 * @param basePath what the host puts before the table's paths, e.g. `/api` for `/api/v1/…`.
 */
export function createFetchHandler(
  services: LicenseServerServices,
  basePath: string,
  options?: LicenseServerOptions,
): FetchHandler {
  const licenseServer = createLicenseServer(services, options);
  return async (request) => {
    const { pathname } = new URL(request.url);
    const path = pathname.startsWith(basePath) ? pathname.slice(basePath.length) : pathname;
    const route = licenseServer.router.find(request.method, path);
    if (route === undefined) return responseOf(licenseServer.unrouted(rawRequest(request, path)));
    return responseOf(await answer(licenseServer, route, request, path));
  };
}

async function answer(
  licenseServer: LicenseServer,
  { operation, params }: Route,
  request: Request,
  path: string,
): Promise<RawReply> {
  let body: Buffer | undefined;
  try {
    body = operation.method === "POST" ? await bodyOf(request) : undefined;
  } catch (error) {
    return licenseServer.refuse(error, rawRequest(request, path));
  }
  const reply = await licenseServer.dispatch(operation, rawRequest(request, path, params, body));
  return request.method === "HEAD" ? { ...reply, body: "" } : reply;
}

/** Throws SignetError when the body is too large, whatever its declared length, or is not JSON. */
async function bodyOf(request: Request): Promise<Buffer | undefined> {
  const body = await readBody(request, BODY_BYTES_MAX);
  if (body === undefined) throw bodyTooLarge();
  const contentType = request.headers.get("content-type") ?? undefined;
  if (body.length === 0 && contentType === undefined) return undefined;
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? "")) throw wrongContentType(contentType);
  return body;
}

function rawRequest(
  request: Request,
  path: string,
  params: RawRequest["params"] = {},
  body?: Buffer,
): RawRequest {
  const url = new URL(request.url);
  return {
    method: request.method,
    path,
    target: url.pathname + url.search,
    authority: request.headers.get("host") ?? url.host,
    params,
    body,
    // scripts/web.ts, or the nearest proxy, writes the last entry; those before it are whatever the client claims.
    ip: request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "unknown",
    header: (name) => request.headers.get(name) ?? undefined,
  };
}

function responseOf({ status, headers, body }: RawReply): Response {
  return new Response(body === "" ? null : body, { status, headers });
}

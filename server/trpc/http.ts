import { getTRPCErrorShape, TRPCError, transformTRPCResponse } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { SignetError } from "../domain/errors.ts";
import { withBoundedBody } from "../platform/read-body.ts";
import type { PortalContext } from "./context.ts";
import { BATCH_CALLS_MAX, PORTAL_BODY_BYTES_MAX, UPLOAD_BODY_BYTES_MAX } from "./limits.ts";
import { appRouter } from "./router.ts";

/** Procedures that are given a file. */
const UPLOADS: ReadonlySet<string> = new Set(["licenseBatch.check", "licenseBatch.importFile"]);

/** Answers the portal's calls, once a request is known to be of a size that may be parsed. */
export async function answerCalls(
  request: Request,
  endpoint: string,
  createContext: () => Promise<PortalContext>,
): Promise<Response> {
  let context: Promise<PortalContext> | undefined;
  const contextOnce = () => {
    context ??= createContext();
    return context;
  };
  const path = new URL(request.url).pathname.slice(endpoint.length + 1);
  const mayUpload = UPLOADS.has(path) && (await isSignedIn(contextOnce));
  const bytesMax = mayUpload ? UPLOAD_BODY_BYTES_MAX : PORTAL_BODY_BYTES_MAX;
  const bounded = await withBoundedBody(request, bytesMax);
  if (bounded === undefined) return tooLarge(bytesMax);
  return fetchRequestHandler({
    endpoint,
    req: bounded,
    router: appRouter,
    maxBatchSize: BATCH_CALLS_MAX,
    createContext: contextOnce,
  });
}

async function isSignedIn(context: () => Promise<PortalContext>): Promise<boolean> {
  try {
    return (await (await context()).currentActor()) !== undefined;
  } catch {
    // The procedure asks again, fails of the same, and says so.
    return false;
  }
}

/** One error for the whole request: the client gives it to every call of the batch. */
function tooLarge(bytesMax: number): Response {
  const cause = new SignetError(
    "invalid_request",
    `The request is larger than ${bytesMax / 1024} KiB; send less.`,
  );
  const config = appRouter._def._config;
  const error = getTRPCErrorShape({
    config,
    error: new TRPCError({ code: "PAYLOAD_TOO_LARGE", cause }),
    type: "unknown",
    path: undefined,
    input: undefined,
    ctx: undefined,
  });
  const headers = { connection: "close" };
  return Response.json(transformTRPCResponse(config, { error }), { status: 413, headers });
}

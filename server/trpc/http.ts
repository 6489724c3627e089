import { getTRPCErrorShape, TRPCError, transformTRPCResponse } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { SignetError } from "../domain/errors.ts";
import { withBoundedBody } from "../platform/read-body.ts";
import type { PortalContext } from "./context.ts";
import { BATCH_CALLS_MAX, PORTAL_BODY_BYTES_MAX } from "./limits.ts";
import { appRouter } from "./router.ts";

/** Answers the portal's calls, once a request is known to be of a size that may be parsed. */
export async function answerCalls(
  request: Request,
  endpoint: string,
  createContext: () => Promise<PortalContext>,
): Promise<Response> {
  const bounded = await withBoundedBody(request, PORTAL_BODY_BYTES_MAX);
  if (bounded === undefined) return tooLarge();
  return fetchRequestHandler({
    endpoint,
    req: bounded,
    router: appRouter,
    maxBatchSize: BATCH_CALLS_MAX,
    createContext,
  });
}

/** One error for the whole request: the client gives it to every call of the batch. */
function tooLarge(): Response {
  const cause = new SignetError(
    "invalid_request",
    `The request is larger than ${PORTAL_BODY_BYTES_MAX / 1024} KiB; send less.`,
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

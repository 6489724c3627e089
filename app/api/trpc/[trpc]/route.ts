import { clientAddress } from "#server/auth/options.ts";
import { storedId } from "#server/domain/ids.ts";
import { SHOWN_FOR_HEADER } from "#server/domain/places.ts";
import { newCorrelationId } from "#server/platform/ids.ts";
import { runWithCorrelation } from "#server/platform/log.ts";
import { createPortalContext } from "#server/trpc/context.ts";
import { answerCalls } from "#server/trpc/http.ts";
import { server } from "../../../_server.ts";
import { readPresented, readSession } from "../../../_session.ts";

async function handle(request: Request): Promise<Response> {
  // A page of another site may not act with our cookie, whatever the browser's cookie rules.
  if (request.headers.get("sec-fetch-site") === "cross-site") return new Response(null, { status: 403 });
  const given = request.headers.get("x-correlation-id") ?? "";
  const correlationId = storedId("correlation", given) === undefined ? newCorrelationId() : given;
  return runWithCorrelation(correlationId, async () => {
    const response = await answerCalls(request, "/api/trpc", async () =>
      createPortalContext({
        services: server(),
        session: await readSession(),
        proven: (await readPresented()).proven,
        correlationId,
        shownFor: request.headers.get(SHOWN_FOR_HEADER) ?? "",
        ip: clientAddress(Object.fromEntries(request.headers)),
      }),
    );
    response.headers.set("x-correlation-id", correlationId);
    return response;
  });
}

export { handle as GET, handle as POST };

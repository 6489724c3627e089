import { mayActFor, SHOWN_ELSEWHERE, SHOWN_FOR_HEADER, teamPlace } from "#server/domain/places.ts";
import { server } from "../../../_server.ts";
import { currentActor, readSession } from "../../../_session.ts";

/** Runs a scenario of the lab for as long as somebody reads what is streamed. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ scenario: string }> },
): Promise<Response> {
  // A page of another site may not run anything with our cookie, whatever the browser's cookie rules.
  if (request.headers.get("sec-fetch-site") === "cross-site") return new Response(null, { status: 403 });
  const current = await currentActor();
  const shownFor = request.headers.get(SHOWN_FOR_HEADER) ?? "";
  if (current !== undefined && !mayActFor(shownFor, teamPlace(current.tenant.id), current.tenants.length > 1))
    return Response.json({ message: SHOWN_ELSEWHERE }, { status: 409 });
  return server().lab.answer(await readSession(), (await params).scenario, request.signal);
}

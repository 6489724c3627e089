import { mayActFor, SHOWN_ELSEWHERE, SHOWN_FOR_HEADER, teamPlace } from "#server/domain/places.ts";
import { server } from "../../../_server.ts";
import { currentActor, readSession } from "../../../_session.ts";

interface Asked {
  readonly params: Promise<{ scenario: string }>;
}

/** Streams the run of a scenario of the lab, and begins one where none is under way; it ends with its last reader. */
export async function POST(request: Request, { params }: Asked): Promise<Response> {
  return (
    (await refusalOf(request)) ??
    server().lab.answer(await readSession(), (await params).scenario, request.signal)
  );
}

/** Streams the run that is under way; 204 where none is. */
export async function GET(request: Request, { params }: Asked): Promise<Response> {
  return (
    (await refusalOf(request)) ??
    server().lab.follow(await readSession(), (await params).scenario, request.signal)
  );
}

/** Stops it for everybody. */
export async function DELETE(request: Request, { params }: Asked): Promise<Response> {
  return (await refusalOf(request)) ?? server().lab.stop(await readSession(), (await params).scenario);
}

/** A page of another site may not run anything with our cookie, whatever the browser's cookie rules; nor one that shows another account. */
async function refusalOf({ headers }: Request): Promise<Response | undefined> {
  if (headers.get("sec-fetch-site") === "cross-site") return new Response(null, { status: 403 });
  const current = await currentActor();
  const shownFor = headers.get(SHOWN_FOR_HEADER) ?? "";
  if (current === undefined || mayActFor(shownFor, teamPlace(current.tenant.id), current.tenants.length > 1))
    return undefined;
  return Response.json({ message: SHOWN_ELSEWHERE }, { status: 409 });
}

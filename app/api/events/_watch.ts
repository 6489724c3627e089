import type { Container } from "#server/container.ts";
import { server } from "../../_server.ts";
import { readSession } from "../../_session.ts";

/** Answers with a stream of the licenses that something happened to. */
export async function watchLicenses(
  request: Request,
  streamsIn: (services: Container) => Container["seatStreams"],
): Promise<Response> {
  // A page of another site may not watch with our cookie, whatever the browser's cookie rules.
  if (request.headers.get("sec-fetch-site") === "cross-site") return new Response(null, { status: 403 });
  return streamsIn(server()).answer(await readSession(), request.signal);
}

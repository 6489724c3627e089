import { server } from "../../../_server.ts";
import { readSession } from "../../../_session.ts";

export async function GET(request: Request): Promise<Response> {
  // A page of another site may not watch with our cookie, whatever the browser's cookie rules.
  if (request.headers.get("sec-fetch-site") === "cross-site") return new Response(null, { status: 403 });
  return server().seatStreams.answer(await readSession(), request.signal);
}

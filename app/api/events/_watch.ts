import type { SessionClaims } from "#server/auth/actor.ts";
import { readSession } from "../../_session.ts";

/** Answers with a stream of the licenses that something happened to. */
export async function watchLicenses(
  request: Request,
  answer: (session: SessionClaims | undefined, signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  // A page of another site may not watch with our cookie, whatever the browser's cookie rules.
  if (request.headers.get("sec-fetch-site") === "cross-site") return new Response(null, { status: 403 });
  return answer(await readSession(), request.signal);
}

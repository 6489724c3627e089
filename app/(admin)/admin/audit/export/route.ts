import { allows } from "#server/auth/permissions.ts";
import { download } from "../../../../_download.ts";
import { server } from "../../../../_server.ts";
import { currentActor } from "../../../../_session.ts";

/** The whole audit chain as a file, streamed as it is read. */
export async function GET(request: Request): Promise<Response> {
  // It leaves an entry of its own, which no page of another site may cause.
  if (request.headers.get("sec-fetch-site") === "cross-site") return new Response(null, { status: 403 });
  const current = await currentActor();
  if (current === undefined) return new Response("Sign in first.", { status: 401 });
  const { actor, tenant } = current;
  if (tenant.suspended || !allows(actor.role, "audit:read"))
    return new Response("You may not read the audit.", { status: 403 });
  return download(server().audit.export(actor), {
    name: `audit-${tenant.slug}.jsonl`,
    type: "application/jsonl",
  });
}

import { download } from "../../../../_download.ts";
import { server } from "../../../../_server.ts";

/** The whole audit chain as a file, streamed as it is read. */
export function GET(request: Request): Promise<Response> {
  return download(request, "audit:read", ({ actor, tenant }) => ({
    name: `audit-${tenant.slug}.jsonl`,
    type: "application/jsonl",
    lines: server().audit.export(actor),
  }));
}

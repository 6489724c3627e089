import { SignetError } from "#server/domain/errors.ts";
import { storedId } from "#server/domain/ids.ts";
import { download } from "../../../../../../_download.ts";
import { server } from "../../../../../../_server.ts";

/** The keys of licenses that were issued together, row by row; the audit log says who had them. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const { id: given } = await params;
  return download(request, "license:reveal", async ({ actor }) => {
    const id = storedId("licenseBatch", given);
    if (id === undefined) throw new SignetError("not_found", "There is no such import.");
    await server().licenseBatches.get(actor, id);
    return {
      name: `license-keys-${given.slice(-6)}.csv`,
      type: "text/csv",
      lines: server().licenseBatches.keys(actor, id),
    };
  });
}

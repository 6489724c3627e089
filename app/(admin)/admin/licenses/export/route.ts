import { chosenLicenses, licenseFilter } from "#server/trpc/license-filter.ts";
import { readTable } from "../../../../_components/table-url.ts";
import { download } from "../../../../_download.ts";
import { server } from "../../../../_server.ts";
import { LICENSES } from "../list.ts";

/** The licenses that the list's address leaves, all pages of it. */
export function GET(request: Request): Promise<Response> {
  return download(request, "license:read", async ({ actor, tenant }) => {
    const { cursor: _, limit: __, ...filter } = readTable(new URL(request.url).searchParams, LICENSES);
    return {
      name: `licenses-${tenant.slug}.csv`,
      type: "text/csv",
      lines: await server().licenses.export(actor, licenseFilter(filter)),
    };
  });
}

/** The licenses that were chosen one by one: too many to name in an address. */
export function POST(request: Request): Promise<Response> {
  return download(request, "license:read", async ({ actor, tenant }) => {
    const ids = chosenLicenses((await request.formData()).get("ids"));
    return {
      name: `licenses-${tenant.slug}.csv`,
      type: "text/csv",
      lines: await server().licenses.export(actor, {}, ids),
    };
  });
}

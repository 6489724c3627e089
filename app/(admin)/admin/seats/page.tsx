import type { Metadata } from "next";
import { allows } from "#server/auth/permissions.ts";
import { storedId } from "#server/domain/ids.ts";
import { readTable, type SearchParams } from "../../../_components/table-url.ts";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { SEATS, SEATS_OF_ONE } from "./list.ts";
import { SeatsScreen } from "./seats-screen.tsx";

export const metadata: Metadata = { title: "Live seats" };

export default async function SeatsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { actor } = await requireActor("license:read");
  const params = await searchParams;
  const licenseId = licenseOf(params);
  return (
    <Prefetched
      prefetch={(client, trpc) =>
        licenseId === undefined
          ? [
              client.prefetchQuery(trpc.seat.pools.queryOptions(readTable(params, SEATS))),
              client.prefetchQuery(trpc.product.list.queryOptions()),
            ]
          : [
              client.prefetchQuery(trpc.seat.pools.queryOptions({ licenseId, limit: 1 })),
              client.prefetchQuery(
                trpc.seat.held.queryOptions({ licenseId, ...readTable(params, SEATS_OF_ONE) }),
              ),
            ]
      }
    >
      <SeatsScreen licenseId={licenseId} mayRelease={allows(actor.role, "license:suspend")} />
    </Prefetched>
  );
}

/** The license that the address names; what is no license's id is as if it were not there. */
function licenseOf({ licenseId }: SearchParams): string | undefined {
  const id = Array.isArray(licenseId) ? licenseId[0] : licenseId;
  return id !== undefined && storedId("license", id) !== undefined ? id : undefined;
}

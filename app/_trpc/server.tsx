import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { cache, type ReactNode } from "react";
import { clientAddress } from "#server/auth/options.ts";
import { runWithCorrelation } from "#server/platform/log.ts";
import { newCorrelationId } from "#server/platform/ids.ts";
import { createPortalContext } from "#server/trpc/context.ts";
import { appRouter } from "#server/trpc/router.ts";
import { server } from "../_server.ts";
import { readSession } from "../_session.ts";
import { makeQueryClient } from "./query-client.ts";

const pageQueries = cache(() => makeQueryClient());

const pageContext = cache(async () =>
  createPortalContext({
    services: server(),
    session: await readSession(),
    correlationId: newCorrelationId(),
    ip: clientAddress(Object.fromEntries(await headers())),
  }),
);

const trpc = createTRPCOptionsProxy({ router: appRouter, ctx: pageContext, queryClient: pageQueries });

/** What `prefetch` needs of a query: any `trpc.x.y.queryOptions(…)` has it. */
type Prefetchable = Parameters<ReturnType<typeof pageQueries>["prefetchQuery"]>[0];

/**
 * Renders a screen with its first data already in it. `queries` are asked on the server, in process; a failed one is
 * asked again by the browser, which then shows the error where it belongs.
 */
export async function Prefetched({
  queries,
  children,
}: {
  queries: (from: typeof trpc) => readonly Prefetchable[];
  children: ReactNode;
}) {
  const client = pageQueries();
  const { correlationId } = await pageContext();
  await runWithCorrelation(correlationId, () =>
    Promise.all(queries(trpc).map((query) => client.prefetchQuery(query))),
  );
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}

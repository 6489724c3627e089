import { dehydrate, HydrationBoundary, type QueryClient } from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { cache, type ReactNode } from "react";
import { clientAddress } from "#server/auth/options.ts";
import { newCorrelationId } from "#server/platform/ids.ts";
import { runWithCorrelation } from "#server/platform/log.ts";
import { createPortalContext } from "#server/trpc/context.ts";
import { appRouter } from "#server/trpc/router.ts";
import { RenderedFor } from "../_places/rendered-for.tsx";
import { server } from "../_server.ts";
import { currentPlace, readPresented, readSession } from "../_session.ts";
import { makeQueryClient } from "./query-client.ts";

const pageQueries = cache(() => makeQueryClient());

const pageContext = cache(async () =>
  createPortalContext({
    services: server(),
    session: await readSession(),
    proven: (await readPresented()).proven,
    correlationId: newCorrelationId(),
    ip: clientAddress(Object.fromEntries(await headers())),
  }),
);

const trpc = createTRPCOptionsProxy({ router: appRouter, ctx: pageContext, queryClient: pageQueries });

/**
 * Renders a screen with its first data already in it. `prefetch` asks on the server, in process; what fails is
 * asked again by the browser, which then shows the error where it belongs.
 *
 *     <Prefetched prefetch={(client, trpc) => [client.prefetchQuery(trpc.team.list.queryOptions())]}>
 */
export async function Prefetched({
  prefetch,
  children,
}: {
  prefetch: (client: QueryClient, from: typeof trpc) => readonly Promise<unknown>[];
  children: ReactNode;
}) {
  const client = pageQueries();
  const { correlationId } = await pageContext();
  await runWithCorrelation(correlationId, () => Promise.all(prefetch(client, trpc)));
  const place = await currentPlace();
  return (
    <HydrationBoundary state={dehydrate(client)}>
      {place !== undefined && <RenderedFor place={place} />}
      {children}
    </HydrationBoundary>
  );
}

/**
 * One answer for the page itself, such as its title; undefined when there is none, which the screen then says. The
 * screen finds it in its first data.
 *
 *     const license = await asked((client, trpc) => client.fetchQuery(trpc.license.get.queryOptions({ id })));
 */
export async function asked<Answer>(
  ask: (client: QueryClient, from: typeof trpc) => Promise<Answer>,
): Promise<Answer | undefined> {
  const { correlationId } = await pageContext();
  try {
    return await runWithCorrelation(correlationId, () => ask(pageQueries(), trpc));
  } catch {
    return undefined;
  }
}

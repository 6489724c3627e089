"use client";

import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import superjson from "superjson";
import { SHOWN_ELSEWHERE } from "#server/domain/places.ts";
import { BATCH_CALLS_MAX } from "#server/trpc/limits.ts";
import type { AppRouter } from "#server/trpc/router.ts";
import { shownForHeader, tellShownElsewhere } from "../_places/shown-for.ts";
import { makeQueryClient } from "./query-client.ts";

const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

export { useTRPC };

let inBrowser: QueryClient | undefined;

function queryClient(): QueryClient {
  if (typeof window === "undefined") return makeQueryClient();
  inBrowser ??= makeQueryClient(leaveWhenElsewhere);
  return inBrowser;
}

/** Access can end while a page is open, or another tab switch: the next call leads back to signing in, or to a choice. */
function leaveWhenElsewhere(error: unknown): void {
  if (!(error instanceof TRPCClientError)) return;
  if (error.message === SHOWN_ELSEWHERE) tellShownElsewhere();
  if (error.data?.code !== "unauthorized") return;
  const { pathname, search } = window.location;
  if (!pathname.startsWith("/admin") && !pathname.startsWith("/portal")) return;
  const why = new URLSearchParams({ reason: "access_ended", next: pathname + search });
  window.location.assign(`/sign-in?${why}`);
}

export function PortalQueries({ children }: { children: ReactNode }) {
  const queries = queryClient();
  const [client] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        httpBatchLink({
          url: "/api/trpc",
          transformer: superjson,
          maxItems: BATCH_CALLS_MAX,
          headers: shownForHeader,
        }),
      ],
    }),
  );
  return (
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={client} queryClient={queries}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}

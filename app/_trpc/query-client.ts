import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import superjson from "superjson";

/** One a page on the server, one a tab in the browser. `onError` hears of every failed call. */
export function makeQueryClient(onError: (error: unknown) => void = () => {}): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // What the server just rendered is not asked for again at once.
        staleTime: 15_000,
        // On the server somebody waits for the page: it is told what failed, and asks again itself.
        retry: (failures, error) => typeof window !== "undefined" && failures < 2 && isWorthRetrying(error),
      },
      // Of a layout and a page, which ask side by side, each sends what it has waited for: an answer that is still on its way would
      // be there or not when the browser renders what the server did.
      dehydrate: { serializeData: superjson.serialize },
      hydrate: { deserializeData: superjson.deserialize },
    },
  });
}

/** A refusal will be refused again; a lost connection or a busy server may not be. */
function isWorthRetrying(error: unknown): boolean {
  const status =
    error instanceof Error && "data" in error && typeof error.data === "object" && error.data !== null
      ? "httpStatus" in error.data && error.data.httpStatus
      : undefined;
  return typeof status !== "number" || status >= 500;
}

import type { Metadata } from "next";
import { requireActor } from "../../../_session.ts";
import { Prefetched } from "../../../_trpc/server.tsx";
import { questionsOf } from "./question.ts";
import { TraceScreen } from "./trace-screen.tsx";

export const metadata: Metadata = { title: "Trace" };

export default async function TracePage({
  searchParams,
}: {
  searchParams: Promise<{ q?: string | string[] }>;
}) {
  await requireActor("license:read");
  const { q } = await searchParams;
  const [first] = questionsOf(typeof q === "string" ? q : "");
  return (
    <Prefetched
      prefetch={(client, trpc) =>
        first === undefined ? [] : [client.prefetchQuery(trpc.license.story.queryOptions(first))]
      }
    >
      <TraceScreen />
    </Prefetched>
  );
}

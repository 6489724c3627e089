"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { JoinRequests } from "../../../_components/join-requests.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

/** For managers: who asks to be let in. */
export function OwnJoinRequests() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries(trpc.portal.people.pathFilter());
  const requests = useQuery(trpc.portal.people.requests.queryOptions());
  const admit = useMutation(trpc.portal.people.admit.mutationOptions({ onSettled }));
  const decline = useMutation(trpc.portal.people.decline.mutationOptions({ onSettled }));
  return (
    <JoinRequests
      requests={requests.data ?? []}
      admit={(id, role) => admit.mutateAsync({ id, role })}
      decline={(id) => decline.mutateAsync({ id })}
    />
  );
}

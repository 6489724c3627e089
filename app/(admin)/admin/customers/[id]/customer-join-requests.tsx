"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { JoinRequests } from "../../../../_components/join-requests.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

/** Who asks to be let in to this customer's licenses; its managers can decide too. */
export function CustomerJoinRequests({ customerId }: { customerId: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries(trpc.customer.pathFilter());
  const requests = useQuery(trpc.customer.joinRequests.queryOptions({ customerId }));
  const admit = useMutation(trpc.customer.admit.mutationOptions({ onSettled }));
  const decline = useMutation(trpc.customer.decline.mutationOptions({ onSettled }));
  return (
    <JoinRequests
      requests={requests.data ?? []}
      admit={(id, role) => admit.mutateAsync({ customerId, id, role })}
      decline={(id) => decline.mutateAsync({ customerId, id })}
    />
  );
}

"use client";

import { Card, Skeleton, Switch, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toastFailed } from "../_components/toasts.tsx";
import { useTRPC } from "../_trpc/client.tsx";

/** Whether a vendor's staff gets the daily digest. The switch is kept at once; one that could not be goes back. */
export function DigestCard({ vendorName, email }: { vendorName: string; email: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const digest = useQuery(trpc.team.digest.queryOptions());
  const key = trpc.team.digest.queryKey();
  const set = useMutation(
    trpc.team.setDigest.mutationOptions({
      onMutate: async ({ wanted }) => {
        await queries.cancelQueries({ queryKey: key });
        queries.setQueryData(key, { wanted });
      },
      onError: (error, { wanted }) => {
        queries.setQueryData(key, { wanted: !wanted });
        toastFailed(error);
      },
      onSettled: () => queries.invalidateQueries({ queryKey: key }),
    }),
  );
  return (
    <Card component="section" aria-label="E-mails">
      <Title order={2} fz="h3" mb={4}>
        E-mails
      </Title>
      <Text fz="sm" c="dimmed" mb="md">
        What {vendorName} writes to {email} by itself. Mails that you ask for, such as to sign in, always
        come.
      </Text>
      {digest.data === undefined ? (
        digest.error ? (
          <Text fz="sm" c="dimmed">
            Which of them you get could not be read; reload the page.
          </Text>
        ) : (
          <Skeleton h={52} />
        )
      ) : (
        <Switch
          label="What your customers’ licenses lack, once a day"
          description="Which licenses end soon, found no seat free, or run out of credits: one mail in the morning (from 06:00 UTC), and none on a day without news."
          checked={digest.data.wanted}
          onChange={(event) => set.mutate({ wanted: event.currentTarget.checked })}
        />
      )}
    </Card>
  );
}

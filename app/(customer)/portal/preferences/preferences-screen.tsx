"use client";

import { Alert, Card, Stack, Switch } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CUSTOMER_MAIL_KINDS, type CustomerMailKind } from "#server/domain/mail-kinds.ts";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { toastFailed } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

const KINDS: Readonly<Record<CustomerMailKind, { readonly label: string; readonly description: string }>> = {
  license_expiring: {
    label: "A license expires soon",
    description: "In good time before its end, so that it can be renewed.",
  },
  seats_short: {
    label: "Seats run short",
    description: "When all seats of a license are taken; at most once a day for each license.",
  },
  credits_short: {
    label: "Credits run short",
    description: "When little is left of what a license can use, and when nothing is.",
  },
};

/** Which mails a person gets from a vendor. A switch is kept at once; one that could not be goes back. */
export function PreferencesScreen({
  vendorName,
  customerName,
  email,
  isManager,
}: {
  vendorName: string;
  customerName: string;
  email: string;
  isManager: boolean;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const query = useQuery(trpc.portal.mailPreferences.queryOptions());
  const key = trpc.portal.mailPreferences.queryKey();
  const set = useMutation(
    trpc.portal.setMailPreference.mutationOptions({
      onMutate: async ({ kind, wanted }) => {
        await queries.cancelQueries({ queryKey: key });
        queries.setQueryData(key, (known) => known && { ...known, [kind]: wanted });
      },
      onError: (error, { kind, wanted }) => {
        queries.setQueryData(key, (known) => known && { ...known, [kind]: !wanted });
        toastFailed(error);
      },
      onSettled: () => queries.invalidateQueries({ queryKey: key }),
    }),
  );

  return (
    <>
      <PageHeader
        title="E-mail preferences"
        description={`What ${vendorName} writes to ${email} by itself. Mails that you ask for, such as to sign in, always come.`}
      />
      <Stack gap="lg" maw="44rem">
        {!isManager && (
          <Alert color="petrol" variant="light" icon={<IconInfoCircle size={18} />}>
            These go to the managers of {customerName}. What you choose here counts once you are one.
          </Alert>
        )}
        {query.data === undefined ? (
          <Card padding={0}>
            {query.error ? (
              <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
            ) : (
              <TableSkeleton columns={2} rows={3} />
            )}
          </Card>
        ) : (
          <Card component="section" aria-label="E-mails">
            <Stack gap="lg">
              {CUSTOMER_MAIL_KINDS.map((kind) => (
                <Switch
                  key={kind}
                  label={KINDS[kind].label}
                  description={KINDS[kind].description}
                  checked={query.data[kind]}
                  onChange={(event) => set.mutate({ kind, wanted: event.currentTarget.checked })}
                />
              ))}
            </Stack>
          </Card>
        )}
      </Stack>
    </>
  );
}

"use client";

import { Alert, Card, Stack } from "@mantine/core";
import { IconShieldLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../_components/error-state.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { TableSkeleton } from "../_components/table-skeleton.tsx";
import { useTRPC } from "../_trpc/client.tsx";
import { AccountLogCard } from "./account-log-card.tsx";
import { DigestCard } from "./digest-card.tsx";
import { IdentitiesCard } from "./identities-card.tsx";
import { PasswordCard } from "./password-card.tsx";
import { SessionsCard } from "./sessions-card.tsx";
import { TwoFactorCard } from "./two-factor-card.tsx";

/** A person's own sign-in, whichever part of the portal they use. */
export function AccountScreen({
  requiredBy,
  staffOf,
}: {
  requiredBy?: string;
  /** Of which vendor the person is staff; left out for a customer's people. */
  staffOf?: string;
}) {
  const trpc = useTRPC();
  const account = useQuery(trpc.account.get.queryOptions());
  const signIn = useQuery(trpc.account.signIn.queryOptions());
  const security = useQuery(trpc.account.security.queryOptions());
  return (
    <>
      <PageHeader title="Your account" description={account.data?.email ?? "How you sign in."} />
      <Stack gap="lg" maw="44rem">
        {requiredBy !== undefined && account.data?.twoFactor.enabledAt === null && (
          <Alert
            color="copper"
            icon={<IconShieldLock size={18} />}
            title={`${requiredBy} asks for two-factor sign-in`}
          >
            Set it up below; everything else opens as soon as it is on.
          </Alert>
        )}
        {account.data === undefined ? (
          <Card padding={0}>
            {account.error ? (
              <ErrorState error={account.error} retry={() => account.refetch()} busy={account.isFetching} />
            ) : (
              <TableSkeleton columns={2} rows={4} />
            )}
          </Card>
        ) : (
          <>
            <TwoFactorCard status={account.data.twoFactor} hasPassword={signIn.data?.password !== false} />
            <IdentitiesCard />
            {signIn.data?.password !== false && <PasswordCard />}
            {security.data === undefined ? (
              security.error && (
                <Card padding={0}>
                  <ErrorState
                    error={security.error}
                    retry={() => security.refetch()}
                    busy={security.isFetching}
                  />
                </Card>
              )
            ) : (
              <>
                <SessionsCard sessions={security.data.sessions} />
                <AccountLogCard events={security.data.events} />
              </>
            )}
            {staffOf !== undefined && <DigestCard vendorName={staffOf} email={account.data.email} />}
          </>
        )}
      </Stack>
    </>
  );
}

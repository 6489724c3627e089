"use client";

import { Button, Card, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconIdBadge2, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { TextLink } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { HowItWorks } from "./how-it-works.tsx";
import { ProviderCard } from "./provider-card.tsx";
import { ProviderModal } from "./provider-modal.tsx";

export function IdentityProvidersScreen({ mayWrite, usageUrl }: { mayWrite: boolean; usageUrl: string }) {
  const trpc = useTRPC();
  const providers = useQuery(trpc.identityProvider.list.queryOptions());
  const [adding, { open, close }] = useDisclosure(false);
  const add = mayWrite && (
    <Button leftSection={<IconPlus size={18} />} onClick={open}>
      Add provider
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Identity providers"
        description="Let your backends call the LicenseServer with tokens of the identity provider they have already, instead of an API key. Nobody signs in to this portal with them."
        actions={providers.data !== undefined && providers.data.length > 0 && add}
      />
      {providers.data === undefined ? (
        <Card padding={0}>
          {providers.error ? (
            <ErrorState
              error={providers.error}
              retry={() => providers.refetch()}
              busy={providers.isFetching}
            />
          ) : (
            <TableSkeleton columns={3} rows={3} />
          )}
        </Card>
      ) : (
        <Stack gap="lg">
          {providers.data.length === 0 ? (
            <Card>
              <EmptyState icon={IconIdBadge2} title="No provider is trusted yet" action={add}>
                If your services get tokens from Keycloak, Entra, Okta, Auth0 or a cloud, name that provider
                here: then there is no secret to store and rotate. Without one, an{" "}
                <TextLink href="/admin/api-keys" fz="sm" underline="always">
                  API key
                </TextLink>{" "}
                does the same.
              </EmptyState>
            </Card>
          ) : (
            <Stack gap="sm">
              {providers.data.map((provider) => (
                <ProviderCard key={provider.id} provider={provider} mayWrite={mayWrite} />
              ))}
            </Stack>
          )}
          <HowItWorks example={providers.data[0]} usageUrl={usageUrl} />
        </Stack>
      )}
      {mayWrite && (
        <ProviderModal
          opened={adding}
          close={close}
          known={providers.data?.map(({ issuer }) => issuer) ?? []}
        />
      )}
    </>
  );
}

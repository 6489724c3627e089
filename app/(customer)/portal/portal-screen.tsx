"use client";

import { Button, Card, Center, Skeleton, Stack } from "@mantine/core";
import { IconCertificate } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { EmptyState } from "../../_components/empty-state.tsx";
import { ErrorState } from "../../_components/error-state.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { LicenseCard } from "./license-card.tsx";

/** The signed-in customer's licenses, newest first. */
export function PortalScreen({ vendorName }: { vendorName: string }) {
  const trpc = useTRPC();
  const licenses = useInfiniteQuery(
    trpc.portal.license.list.infiniteQueryOptions(
      { limit: 20 },
      { getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  );
  const items = licenses.data?.pages.flatMap((page) => page.items);

  function body() {
    if (items === undefined && licenses.error) {
      return (
        <Card>
          <ErrorState error={licenses.error} retry={() => licenses.refetch()} busy={licenses.isFetching} />
        </Card>
      );
    }
    if (items === undefined) {
      return (
        <Stack gap="md" role="status" aria-label="Loading">
          <Skeleton height={150} radius="lg" />
          <Skeleton height={150} radius="lg" />
        </Stack>
      );
    }
    if (items.length === 0) {
      return (
        <Card>
          <EmptyState icon={IconCertificate} title="No licenses yet">
            As soon as {vendorName} issues you a license, it appears here: whether it works, until when, and
            on which devices it is in use.
          </EmptyState>
        </Card>
      );
    }
    return (
      <Stack gap="md">
        {items.map((license) => (
          <LicenseCard key={license.id} license={license} vendorName={vendorName} />
        ))}
        {licenses.hasNextPage && (
          <Center>
            <Button
              variant="default"
              loading={licenses.isFetchingNextPage}
              onClick={() => licenses.fetchNextPage()}
            >
              Show more
            </Button>
          </Center>
        )}
      </Stack>
    );
  }

  return (
    <>
      <PageHeader title="My licenses" description="What you may use, until when, and where it is in use." />
      {body()}
    </>
  );
}

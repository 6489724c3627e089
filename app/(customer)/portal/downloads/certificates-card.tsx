"use client";

import { Box, Button, Card, Text, Title } from "@mantine/core";
import { IconCertificate, IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { LicenseState } from "../../../_components/license-state.tsx";
import { saveFile } from "../../../_components/save-file.ts";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { toastFailed } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import classes from "./downloads.module.css";

/** A certificate of each license: what it grants, signed, to be kept and shown to whoever asks. */
export function CertificatesCard({ vendorName }: { vendorName: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string>();
  const query = useInfiniteQuery(
    trpc.portal.license.list.infiniteQueryOptions(
      { limit: 20 },
      { getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  );
  const licenses = query.data?.pages.flatMap(({ items }) => items);

  async function download(id: string, keyHint: string) {
    setBusy(id);
    try {
      const options = trpc.portal.license.certificate.queryOptions({ id });
      const { certificate } = await queries.fetchQuery({ ...options, staleTime: 0 });
      saveFile(
        `certificate-${keyHint.slice(keyHint.lastIndexOf("-") + 1)}.jwt`,
        "application/jwt",
        certificate,
      );
    } catch (error) {
      toastFailed(error);
    } finally {
      setBusy(undefined);
    }
  }

  return (
    <Card component="section" aria-labelledby="certificates-title">
      <Title order={2} fz="h3" id="certificates-title">
        Certificates
      </Title>
      <Text fz="sm" c="dimmed" mb="xs">
        What each license grants, signed by {vendorName}: to keep, and to show to whoever asks.
      </Text>
      {licenses === undefined ? (
        query.error ? (
          <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
        ) : (
          <TableSkeleton columns={2} rows={3} />
        )
      ) : licenses.length === 0 ? (
        <EmptyState icon={IconCertificate} title="No license yet">
          A certificate is here as soon as {vendorName} has issued a license to you.
        </EmptyState>
      ) : (
        <ul className={classes.list}>
          {licenses.map((license) => (
            <li key={license.id} className={classes.row}>
              <Box flex="1 1 14rem" miw={0}>
                <Text fz="sm" fw={600}>
                  {license.product} · {license.policy}
                </Text>
                <Text fz="xs" c="dimmed">
                  {license.keyHint}
                </Text>
              </Box>
              <LicenseState license={license} inline />
              <Button
                size="xs"
                variant="default"
                leftSection={<IconDownload size={15} />}
                loading={busy === license.id}
                onClick={() => void download(license.id, license.keyHint)}
                aria-label={`Certificate of ${license.keyHint}`}
              >
                Certificate
              </Button>
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button
          variant="subtle"
          size="xs"
          onClick={() => query.fetchNextPage()}
          loading={query.isFetchingNextPage}
        >
          Show more
        </Button>
      )}
    </Card>
  );
}

"use client";

import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../_components/error-state.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import classes from "./trust.module.css";
import { type Bundle, bundleWords } from "./trust.ts";

/** Every bundle that applications were given, and why there was a new one. */
export function BundlesCard() {
  const trpc = useTRPC();
  const bundles = useInfiniteQuery(
    trpc.trust.bundles.infiniteQueryOptions({}, { getNextPageParam: ({ nextBefore }) => nextBefore }),
  );
  const rows = bundles.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card component="section" aria-labelledby="bundles-title">
      <Title order={2} fz="h3" id="bundles-title">
        Trust bundles
      </Title>
      <Text fz="sm" c="dimmed" mb="sm">
        What applications fetch to know the keys and what was revoked. They never go back to an earlier one.
      </Text>
      {bundles.error && rows.length === 0 ? (
        <ErrorState error={bundles.error} retry={() => bundles.refetch()} busy={bundles.isFetching} />
      ) : rows.length === 0 ? (
        <TableSkeleton columns={2} rows={3} />
      ) : (
        <ol className={classes.bundles}>
          {rows.map((bundle, index) => (
            <BundleRow key={bundle.seq} bundle={bundle} inForce={index === 0} />
          ))}
        </ol>
      )}
      {bundles.hasNextPage && (
        <Button
          variant="subtle"
          mt="xs"
          loading={bundles.isFetchingNextPage}
          onClick={() => bundles.fetchNextPage()}
        >
          Show earlier ones
        </Button>
      )}
    </Card>
  );
}

function BundleRow({ bundle, inForce }: { bundle: Bundle; inForce: boolean }) {
  const words = bundleWords(bundle);
  return (
    <li>
      <Group justify="space-between" gap="4px 16px" align="baseline">
        <Group gap={8}>
          <Text fz="sm" fw={600}>
            Bundle {bundle.seq}
          </Text>
          {inForce && <Badge color="gray">In force</Badge>}
        </Group>
        <Text fz="sm" c="dimmed" component="div">
          signed <RelativeTime at={bundle.issuedAt} />
          {inForce && (
            <>
              {" "}
              · ends <RelativeTime at={bundle.expiresAt} />
            </>
          )}
        </Text>
      </Group>
      <Stack gap={0}>
        {words.length === 0 ? (
          <Text fz="sm" c="dimmed">
            Signed anew, nothing changed
          </Text>
        ) : (
          words.map((word) => (
            <Text key={word} fz="sm">
              {word}
            </Text>
          ))
        )}
      </Stack>
    </li>
  );
}

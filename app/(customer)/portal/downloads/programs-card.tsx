"use client";

import { Badge, Box, Button, Card, Group, Text, Title } from "@mantine/core";
import { IconExternalLink, IconPackage } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import classes from "./downloads.module.css";

/** The programs of the products that the customer has a license in force for, wherever the vendor keeps them. */
export function ProgramsCard({ vendorName }: { vendorName: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.portal.downloads.queryOptions());
  return (
    <Card component="section" aria-labelledby="programs-title">
      <Title order={2} fz="h3" id="programs-title" mb="xs">
        Programs
      </Title>
      {query.data === undefined ? (
        query.error ? (
          <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
        ) : (
          <TableSkeleton columns={2} rows={2} />
        )
      ) : query.data.length === 0 ? (
        <EmptyState icon={IconPackage} title="Nothing to download">
          {vendorName} has put no programs here for the licenses that you have in force.
        </EmptyState>
      ) : (
        <ul className={classes.list}>
          {query.data.map(({ id, name, version, platform, url, createdAt, product }) => (
            <li key={id} className={classes.row}>
              <Box flex="1 1 14rem" miw={0}>
                <Group gap="4px 8px">
                  <Text fz="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
                    {name} {version}
                  </Text>
                  {platform && <Badge color="gray">{platform}</Badge>}
                </Group>
                <Text fz="xs" c="dimmed" component="div">
                  {product.name} · from {new URL(url).host} · added <RelativeTime at={createdAt} />
                </Text>
              </Box>
              <Button
                component="a"
                href={url}
                rel="noopener noreferrer"
                target="_blank"
                size="xs"
                variant="default"
                leftSection={<IconExternalLink size={15} />}
                aria-label={`Download ${name} ${version}`.trim()}
              >
                Download
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

"use client";

import { Card, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { countOf, formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

/** What was imported, or issued by the hundreds, lately; also what is not finished yet. */
export function RecentCard() {
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.licenseBatch.list.queryOptions());
  if (data.length === 0) return null;
  return (
    <Card component="section" aria-label="Lately">
      <Stack gap="md">
        <Title order={2} fz="h3">
          Lately
        </Title>
        {data.map(({ id, fileName, total, done, refused, createdAt, createdBy, finishedAt }) => (
          <Group key={id} justify="space-between" gap="sm">
            <div>
              <TextLink href={`/admin/licenses/batches/${id}`} fw={600} fz="sm">
                {fileName || `${countOf(total, "license")} of one kind`}
              </TextLink>
              <Text fz="sm" c="dimmed">
                <RelativeTime at={createdAt} />
                {createdBy !== null && ` by ${createdBy}`}
              </Text>
            </div>
            {finishedAt === null ? (
              <Progress
                value={(done / total) * 100}
                w={140}
                aria-label={`${formatNumber(done)} of ${formatNumber(total)} done`}
              />
            ) : (
              <Text fz="sm" className="tabular">
                {countOf(done - refused, "license")}
              </Text>
            )}
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

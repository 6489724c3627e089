"use client";

import { Alert, List, ListItem, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { countOf, formatNumber } from "../../../../../_components/format.ts";
import { TextLink } from "../../../../../_components/links.tsx";
import { useTRPC } from "../../../../../_trpc/client.tsx";

/** The licenses that a change left as they are, each with why. */
export function RefusedList({ id, count }: { id: string; count: number }) {
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.licenseBatch.refused.queryOptions({ id }));
  return (
    <Alert
      color="copper"
      icon={<IconAlertTriangle size={18} />}
      title={`${countOf(count, "license")} left as ${count === 1 ? "it is" : "they are"}`}
    >
      <Stack gap="xs">
        <List spacing={6} fz="sm">
          {data.map(({ licenseId, keyHint, customerName, refusal }) => (
            <ListItem key={licenseId}>
              <TextLink href={`/admin/licenses/${licenseId}`} underline="always" fz="sm">
                {keyHint}
              </TextLink>{" "}
              of {customerName}: {refusal}
            </ListItem>
          ))}
        </List>
        {data.length > 0 && data.length < count && (
          <Text fz="sm">And {formatNumber(count - data.length)} more.</Text>
        )}
      </Stack>
    </Alert>
  );
}

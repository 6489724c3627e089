import { Card, Center, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import { denialTitle } from "../../../_components/event-words.ts";
import { formatNumber } from "../../../_components/format.ts";
import type { Numbers } from "./numbers.ts";

const SHOWN_MAX = 6;

/** Why requests were refused, most frequent first. */
export function DenialsCard({ denials }: { denials: Numbers["denialsByCode"] }) {
  const most = denials[0]?.count ?? 1;
  return (
    <Card component="section" aria-label="Why requests were refused" h="100%">
      <Title order={2} fz="h3">
        Why requests were refused
      </Title>
      <Text fz="sm" c="dimmed" mb="md">
        In the last 7 days
      </Text>
      {denials.length === 0 ? (
        <Center flex={1} py="lg">
          <Stack align="center" gap={6}>
            <IconMoodSmile size={30} stroke={1.5} color="var(--mantine-color-dimmed)" aria-hidden />
            <Text c="dimmed" fz="sm" ta="center">
              None was: everybody who asked was let in.
            </Text>
          </Stack>
        </Center>
      ) : (
        <Stack component="ul" gap="md" p={0} m={0} style={{ listStyle: "none" }}>
          {denials.slice(0, SHOWN_MAX).map(({ code, count }) => (
            <li key={code}>
              <Group justify="space-between" gap="xs" wrap="nowrap" mb={4}>
                <Text fz="sm">{denialTitle(code)}</Text>
                <Text fz="sm" fw={600} className="tabular">
                  {formatNumber(count)}
                </Text>
              </Group>
              <Progress value={(count / most) * 100} size={6} color="red.5" aria-hidden />
            </li>
          ))}
        </Stack>
      )}
    </Card>
  );
}

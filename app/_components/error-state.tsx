"use client";

import { Button, Center, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCloudOff, IconRefresh } from "@tabler/icons-react";
import { CopyText } from "./copy.tsx";
import { describeFailure } from "./failure.ts";

/** What stands where something could not be loaded: why, how to try again, and what to quote to whoever helps. */
export function ErrorState({ error, retry, busy }: { error: unknown; retry: () => void; busy?: boolean }) {
  const failure = describeFailure(error);
  return (
    <Center py={48} px="md" role="alert">
      <Stack align="center" gap="xs" maw="30rem">
        <ThemeIcon variant="light" color="red" size={56} radius="xl" mb={4} aria-hidden>
          <IconCloudOff size={28} stroke={1.6} />
        </ThemeIcon>
        <Title order={2} fz="h3" ta="center">
          {failure.title}
        </Title>
        <Text c="dimmed" ta="center" fz="sm">
          {failure.message}
        </Text>
        {failure.correlationId !== undefined && (
          <CopyText value={failure.correlationId} label="correlation id" />
        )}
        <Button
          mt="sm"
          variant="default"
          leftSection={<IconRefresh size={16} />}
          onClick={retry}
          loading={busy ?? false}
        >
          Try again
        </Button>
      </Stack>
    </Center>
  );
}

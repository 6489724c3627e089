"use client";

import { Button, Center } from "@mantine/core";
import { IconBolt, IconRefresh } from "@tabler/icons-react";
import { EmptyState } from "./_components/empty-state.tsx";

export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <Center mih="60vh">
      <EmptyState
        icon={IconBolt}
        title="This page could not be shown"
        action={
          <Button leftSection={<IconRefresh size={16} />} onClick={reset}>
            Try again
          </Button>
        }
      >
        Something went wrong on the server and was logged
        {error.digest === undefined ? "" : ` as ${error.digest}`}. Nothing you entered elsewhere is lost.
      </EmptyState>
    </Center>
  );
}

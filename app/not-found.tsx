import { Button, Center } from "@mantine/core";
import { IconCompassOff } from "@tabler/icons-react";
import Link from "next/link";
import { EmptyState } from "./_components/empty-state.tsx";

export default function NotFound() {
  return (
    <Center mih="70vh">
      <EmptyState
        icon={IconCompassOff}
        title="There is nothing here"
        action={
          <Button component={Link} href="/">
            Go to the start page
          </Button>
        }
      >
        The address may be mistyped, or what was here is gone or belongs to another account.
      </EmptyState>
    </Center>
  );
}

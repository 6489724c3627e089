import { Center } from "@mantine/core";
import { IconCompassOff } from "@tabler/icons-react";
import { EmptyState } from "./_components/empty-state.tsx";
import { LinkButton } from "./_components/links.tsx";

export default function NotFound() {
  return (
    <Center mih="70vh">
      <EmptyState
        icon={IconCompassOff}
        title="There is nothing here"
        action={<LinkButton href="/">Go to the start page</LinkButton>}
      >
        The address may be mistyped, or what was here is gone or belongs to another account.
      </EmptyState>
    </Center>
  );
}

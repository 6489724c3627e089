import { Center, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** An empty place that teaches: what belongs here, and the one thing that fills it. */
export function EmptyState({
  icon: Glyph,
  title,
  children,
  action,
}: {
  icon: Icon;
  title: string;
  /** One or two sentences: what this is and why one would want it. */
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Center py={56} px="md">
      <Stack align="center" gap="xs" maw="27rem">
        <ThemeIcon variant="light" size={56} radius="xl" mb={4} aria-hidden>
          <Glyph size={28} stroke={1.6} />
        </ThemeIcon>
        <Title order={2} fz="h3" ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center" fz="sm">
          {children}
        </Text>
        {action !== undefined && <div style={{ marginTop: 12 }}>{action}</div>}
      </Stack>
    </Center>
  );
}

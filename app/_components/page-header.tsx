import { Box, Breadcrumbs, Group, Stack, Text, Title } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { TextLink } from "./links.tsx";

export interface Crumb {
  readonly label: string;
  readonly href: string;
}

/** The top of every screen: where it is, what it is, and what can be done to all of it. */
export function PageHeader({
  title,
  description,
  crumbs = [],
  badge,
  actions,
}: {
  title: ReactNode;
  description?: ReactNode;
  /** The way here, without the page itself. */
  crumbs?: readonly Crumb[];
  badge?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <Box component="header" mb="lg">
      {crumbs.length > 0 && (
        <Breadcrumbs
          component="nav"
          aria-label="Breadcrumb"
          mb={6}
          separatorMargin={6}
          separator={<IconChevronRight size={14} aria-hidden />}
          fz="sm"
          c="dimmed"
        >
          {crumbs.map(({ label, href }) => (
            <TextLink key={href} href={href} fz="sm" c="dimmed">
              {label}
            </TextLink>
          ))}
          <Text span fz="sm" c="dimmed" truncate aria-current="page">
            {title}
          </Text>
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="flex-start" gap="md">
        <Stack gap={4} flex="1 1 16rem" miw={0}>
          <Group gap="sm">
            <Title order={1}>{title}</Title>
            {badge}
          </Group>
          {description !== undefined && (
            <Text c="dimmed" maw="44rem">
              {description}
            </Text>
          )}
        </Stack>
        {actions !== undefined && <Group gap="sm">{actions}</Group>}
      </Group>
    </Box>
  );
}

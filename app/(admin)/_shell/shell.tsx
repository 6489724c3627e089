"use client";

import { AppShell, Badge, Box, Burger, Group, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import type { Permission } from "#server/auth/permissions.ts";
import type { Place } from "#server/auth/places.ts";
import type { Role } from "#server/domain/actor.ts";
import { Wordmark } from "../../_components/mark.tsx";
import { UserMenu } from "../../_components/user-menu.tsx";
import { FrameOf } from "../../_places/frame-of.tsx";
import { PlaceMenu } from "../../_places/place-menu.tsx";
import frame from "../../_shell/frame.module.css";
import { Search } from "../_search/search.tsx";
import { SearchButton } from "../_search/search-button.tsx";
import { Nav } from "./nav-links.tsx";
import classes from "./shell.module.css";
import { TrialLine } from "./trial-line.tsx";

export interface ShellProps {
  user: { name: string; email: string };
  role: Role;
  tenant: { readonly id: string; readonly name: string; readonly mode: "trial" | "production" };
  place: string;
  places: readonly Place[];
  permissions: readonly Permission[];
  children: ReactNode;
}

/** The frame of every vendor screen: a sidebar, which on a small screen comes from behind a burger. */
export function Shell({ user, role, tenant, place, places, permissions, children }: ShellProps) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: arriving anywhere closes the menu.
  useEffect(close, [path]);

  return (
    <AppShell
      layout="alt"
      header={{ height: 56, collapsed: false }}
      navbar={{ width: 256, breakpoint: "md", collapsed: { mobile: !opened } }}
      padding={{ base: "md", sm: "xl" }}
      classNames={{ main: frame.main, navbar: frame.navbar, header: frame.header }}
    >
      <FrameOf place={place} places={places} />
      <Search tenantId={tenant.id} permissions={permissions} />
      <a href="#main" className={frame.skip}>
        Skip to content
      </a>
      <AppShell.Header hiddenFrom="md">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} size="sm" aria-label="Menu" />
            <Link href="/admin" className={classes.home} aria-label="Signet, home">
              <Wordmark size={26} />
            </Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <SearchButton compact />
            <UserMenu user={user} caption={role} account="/admin/account" compact />
          </Group>
        </Group>
      </AppShell.Header>

      <AppShell.Navbar aria-label="Main">
        <AppShell.Section px="md" pt="md" pb="xs">
          <Group justify="space-between" mb="md" wrap="nowrap">
            <Link href="/admin" className={classes.home} aria-label="Signet, home">
              <Wordmark size={28} />
            </Link>
            <Burger hiddenFrom="md" opened={opened} onClick={toggle} size="sm" aria-label="Close menu" />
          </Group>
          <PlaceMenu place={place} places={places}>
            <Text fz="sm" fw={600} truncate ta="left" flex={1} miw={0}>
              {tenant.name}
            </Text>
            {tenant.mode === "trial" && <Badge color="copper">Trial</Badge>}
          </PlaceMenu>
          <Box visibleFrom="md" mt="sm">
            <SearchButton />
          </Box>
        </AppShell.Section>
        <AppShell.Section grow component={ScrollArea} px="sm" type="scroll">
          <Nav permissions={permissions} path={path} />
        </AppShell.Section>
        <AppShell.Section className={frame.foot} p="xs" visibleFrom="md">
          <UserMenu user={user} caption={role} account="/admin/account" />
        </AppShell.Section>
      </AppShell.Navbar>

      <AppShell.Main id="main" tabIndex={-1}>
        <Box className={`${frame.page} ${classes.page}`}>
          {tenant.mode === "trial" && permissions.includes("license:read") && (
            <TrialLine path={path} mayPromote={permissions.includes("settings:write")} />
          )}
          {children}
        </Box>
      </AppShell.Main>
    </AppShell>
  );
}

"use client";

import { Anchor, AppShell, Box, Burger, Group, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import type { Place } from "#server/auth/places.ts";
import type { CustomerRole } from "#server/domain/actor.ts";
import { VendorMark } from "../../_brand/vendor-mark.tsx";
import { UserMenu } from "../../_components/user-menu.tsx";
import { FrameOf } from "../../_places/frame-of.tsx";
import { PlaceMenu } from "../../_places/place-menu.tsx";
import frame from "../../_shell/frame.module.css";
import { Nav } from "./nav-links.tsx";
import classes from "./shell.module.css";

export interface CustomerShellProps {
  user: { name: string; email: string };
  role: CustomerRole;
  customerName: string;
  vendorName: string;
  supportEmail: string | null;
  place: string;
  places: readonly Place[];
  children: ReactNode;
}

/** The frame of every customer page, in the vendor's name: a sidebar, which on a small screen comes from behind a burger. */
export function CustomerShell({
  user,
  role,
  customerName,
  vendorName,
  supportEmail,
  place,
  places,
  children,
}: CustomerShellProps) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: arriving anywhere closes the menu.
  useEffect(close, [path]);
  // Where there is a switch, it names the customer.
  const named = places.length > 1 ? {} : { customerName };

  return (
    <AppShell
      layout="alt"
      header={{ height: 60, collapsed: false }}
      navbar={{ width: 248, breakpoint: "md", collapsed: { mobile: !opened } }}
      padding={{ base: "md", sm: "xl" }}
      classNames={{ main: frame.main, navbar: frame.navbar, header: frame.header }}
    >
      <FrameOf place={place} places={places} />
      <a href="#main" className={frame.skip}>
        Skip to content
      </a>
      <AppShell.Header hiddenFrom="md">
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger opened={opened} onClick={toggle} size="sm" aria-label="Menu" />
          <Box flex={1} miw={0}>
            <Link href="/portal" className={classes.home}>
              <VendorMark vendorName={vendorName} customerName={customerName} />
            </Link>
          </Box>
          <UserMenu user={user} caption={role} account="/portal/account" compact />
        </Group>
      </AppShell.Header>

      <AppShell.Navbar aria-label="Main">
        <AppShell.Section px="md" py="md">
          <Group justify="space-between" wrap="nowrap">
            <Link href="/portal" className={classes.home}>
              <VendorMark vendorName={vendorName} {...named} />
            </Link>
            <Burger hiddenFrom="md" opened={opened} onClick={toggle} size="sm" aria-label="Close menu" />
          </Group>
          {places.length > 1 && (
            <Box mt="md">
              <PlaceMenu place={place} places={places}>
                <Text fz="sm" fw={600} truncate ta="left" flex={1} miw={0}>
                  {customerName}
                </Text>
              </PlaceMenu>
            </Box>
          )}
        </AppShell.Section>
        <AppShell.Section grow component={ScrollArea} px="sm" type="scroll">
          <Nav role={role} path={path} />
        </AppShell.Section>
        {supportEmail !== null && (
          <AppShell.Section px="md" py="sm">
            <Text fz="xs" c="dimmed">
              Questions? Write to
            </Text>
            <Anchor href={`mailto:${supportEmail}`} fz="sm" style={{ overflowWrap: "anywhere" }}>
              {supportEmail}
            </Anchor>
          </AppShell.Section>
        )}
        <AppShell.Section className={frame.foot} p="xs" visibleFrom="md">
          <UserMenu user={user} caption={role} account="/portal/account" />
        </AppShell.Section>
      </AppShell.Navbar>

      <AppShell.Main id="main" tabIndex={-1}>
        <Box className={`${frame.page} ${classes.page}`}>{children}</Box>
      </AppShell.Main>
    </AppShell>
  );
}

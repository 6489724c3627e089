"use client";

import {
  Box,
  Group,
  Menu,
  SegmentedControl,
  Text,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import {
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSelector,
  IconSun,
  IconUserCircle,
} from "@tabler/icons-react";
import Link from "next/link";
import { PersonAvatar } from "./person-avatar.tsx";
import { signOutAndLeave } from "./sign-out.ts";
import classes from "./user-menu.module.css";

/** Who is signed in; light or dark; the way out. */
export function UserMenu({
  user,
  caption,
  account,
  compact = false,
}: {
  user: { name: string; email: string };
  /** What the person is here: their role. */
  caption: string;
  /** Their own page; undefined where there is none. */
  account?: string;
  /** Only the picture, where there is little room. */
  compact?: boolean;
}) {
  return (
    <Menu position={compact ? "bottom-end" : "top-start"} width={236} shadow="md">
      <Menu.Target>
        <UnstyledButton className={compact ? classes.compact : classes.wide}>
          <PersonAvatar name={user.name} color="petrol" size={compact ? 32 : 34} />
          {!compact && (
            <>
              <Box flex={1} miw={0}>
                <Text fz="sm" fw={600} truncate>
                  {user.name}
                </Text>
                <Text fz="xs" c="dimmed" tt="capitalize">
                  {caption}
                </Text>
              </Box>
              <IconSelector size={16} aria-hidden />
            </>
          )}
          <VisuallyHidden>{compact && `${user.name}: `}account menu</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Box px="sm" py={6}>
          <Text fz="sm" fw={600} truncate>
            {user.name}
          </Text>
          <Text fz="xs" c="dimmed" truncate>
            {user.email}
          </Text>
        </Box>
        <Menu.Divider />
        <Box px="xs" py={6}>
          <ThemeSwitch />
        </Box>
        <Menu.Divider />
        {account !== undefined && (
          <Menu.Item component={Link} href={account} leftSection={<IconUserCircle size={16} aria-hidden />}>
            Your account
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOutAndLeave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const SCHEMES = [
  { value: "light", label: "Light", icon: IconSun },
  { value: "dark", label: "Dark", icon: IconMoon },
  { value: "auto", label: "As the system", icon: IconDeviceDesktop },
] as const;

function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label="Theme"
      value={colorScheme}
      onChange={setColorScheme}
      data={SCHEMES.map(({ value, label, icon: Glyph }) => ({
        value,
        label: (
          <Group justify="center" title={label} py={2}>
            <Glyph size={16} aria-hidden />
            <span className={classes.hidden}>{label}</span>
          </Group>
        ),
      }))}
    />
  );
}

"use client";

import { Badge, Box, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconCheck, IconSelector } from "@tabler/icons-react";
import { useTransition } from "react";
import classes from "./shell.module.css";
import { switchTenant } from "./switch-tenant.ts";

export interface TenantChoice {
  readonly id: string;
  readonly name: string;
  readonly mode: "trial" | "production";
}

/** Whose account this is, and, for those who belong to several, the way to another. */
export function TenantBlock({ tenant, tenants }: { tenant: TenantChoice; tenants: readonly TenantChoice[] }) {
  const [switching, start] = useTransition();
  const face = (
    <>
      <Box flex={1} miw={0}>
        <Text fz="sm" fw={600} truncate ta="left">
          {tenant.name}
        </Text>
      </Box>
      {tenant.mode === "trial" && <Badge color="copper">Trial</Badge>}
    </>
  );
  if (tenants.length < 2) return <div className={classes.tenant}>{face}</div>;
  return (
    <Menu width="target" position="bottom-start">
      <Menu.Target>
        <UnstyledButton
          className={classes.tenant}
          disabled={switching}
          aria-label={`${tenant.name}: switch account`}
        >
          {face}
          <IconSelector size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Switch account</Menu.Label>
        {tenants.map(({ id, name }) => (
          <Menu.Item
            key={id}
            leftSection={id === tenant.id ? <IconCheck size={16} /> : <Box w={16} />}
            onClick={() => start(() => switchTenant(id))}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

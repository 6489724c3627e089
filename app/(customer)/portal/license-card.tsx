"use client";

import { Box, Card, Collapse, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconDeviceDesktop } from "@tabler/icons-react";
import type { inferRouterOutputs } from "@trpc/server";
import { useId } from "react";
import type { AppRouter } from "#server/trpc/router.ts";
import { countOf, formatNumber } from "../../_components/format.ts";
import { LicenseState } from "../../_components/license-state.tsx";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { TimeBar } from "../../_components/time-bar.tsx";
import classes from "./license-card.module.css";
import { stateSentence } from "./state-sentence.ts";

type OwnLicense = inferRouterOutputs<AppRouter>["portal"]["license"]["list"]["items"][number];

export function LicenseCard({ license, vendorName }: { license: OwnLicense; vendorName: string }) {
  const { product, policy, keyHint, devices, activationCount, activationsMax, status } = license;
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  const works = status === "active" || status === "grace";
  return (
    <Card component="article" aria-labelledby={`${id}-title`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Box miw={0}>
            <Title order={2} fz="h3" id={`${id}-title`}>
              {product}
            </Title>
            <Text fz="sm" c="dimmed">
              {policy} · <span className={classes.key}>{keyHint}</span>
            </Text>
          </Box>
          <LicenseState license={license} inline />
        </Group>
        <Text suppressHydrationWarning>{stateSentence(license, vendorName)}</Text>
        {works && <TimeBar license={license} />}
        <UnstyledButton
          className={classes.devices}
          onClick={toggle}
          disabled={devices.length === 0}
          aria-expanded={opened}
          aria-controls={`${id}-devices`}
        >
          <IconDeviceDesktop size={18} stroke={1.7} aria-hidden />
          <span className="tabular">
            {activationsMax === null
              ? `${capital(countOf(activationCount, "device"))} in use, any number allowed`
              : `${formatNumber(activationCount)} of ${countOf(activationsMax, "device")} in use`}
          </span>
          {devices.length > 0 && (
            <IconChevronDown size={16} className={classes.chevron} data-open={opened} aria-hidden />
          )}
        </UnstyledButton>
        <Collapse expanded={opened} id={`${id}-devices`}>
          <ul className={classes.list}>
            {devices.map((device) => (
              <li key={device.id}>
                <Text fz="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
                  {device.name || "Unnamed device"}
                </Text>
                <Text fz="xs" c="dimmed" component="div">
                  {device.platform && `${device.platform} · `}seen <RelativeTime at={device.lastSeenAt} />
                </Text>
              </li>
            ))}
            {activationCount > devices.length && (
              <li>
                <Text fz="sm" c="dimmed">
                  And {formatNumber(activationCount - devices.length)} more.
                </Text>
              </li>
            )}
          </ul>
        </Collapse>
      </Stack>
    </Card>
  );
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

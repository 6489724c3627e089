"use client";

import { Box, Text } from "@mantine/core";
import { IconDeviceDesktop } from "@tabler/icons-react";
import { TextLink } from "../../../_components/links.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { DeactivateDevice } from "./deactivate-device.tsx";
import type { Device } from "./device.ts";
import classes from "./devices.module.css";
import { RenameDevice } from "./rename-device.tsx";

/** Devices in use, with what may be done to each. `of`: all of the customer's, or of one license, which then needs no naming. */
export function DeviceList({
  devices,
  vendorName,
  mayDeactivate,
  of,
}: {
  devices: readonly Device[];
  vendorName: string;
  mayDeactivate: boolean;
  of: "customer" | "license";
}) {
  return (
    <ul className={classes.list}>
      {devices.map((device) => {
        const { id, name, platform, appVersion, lastSeenAt, license, movable } = device;
        const about = [platform, appVersion && `version ${appVersion}`].filter(Boolean);
        return (
          <li key={id} className={classes.device}>
            <span className={classes.glyph} aria-hidden>
              <IconDeviceDesktop size={19} stroke={1.7} />
            </span>
            <Box className={classes.about}>
              <Text fz="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
                {name || "Unnamed device"}
              </Text>
              <Text fz="xs" c="dimmed" component="div">
                {about.length > 0 && `${about.join(" · ")} · `}
                seen <RelativeTime at={lastSeenAt} />
              </Text>
              {of === "customer" && (
                <Text fz="xs" c="dimmed" component="div">
                  <TextLink href={`/portal/licenses/${license.id}`} fz="xs" underline="always">
                    {license.product} {license.keyHint}
                  </TextLink>
                </Text>
              )}
              {mayDeactivate && !movable && (
                <Text fz="xs" c="dimmed">
                  Only {vendorName} can free its place: the license does not let you move devices yourselves.
                </Text>
              )}
            </Box>
            <span className={classes.actions}>
              <RenameDevice device={device} />
              {mayDeactivate && movable && <DeactivateDevice device={device} />}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

"use client";

import { Box, Button, Card, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { IconDeviceDesktop, IconDeviceDesktopPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { LinkButton } from "../../../../_components/links.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../../_components/status-badge.tsx";
import { toastDone, toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { deactivateEffects } from "./effects.ts";
import classes from "./license.module.css";
import type { License } from "./license.ts";

const SHOWN_FIRST = 8;

type Device = License["activations"][number];

/** The devices that hold a slot, then those that once did. */
export function DevicesCard({ license, mayDeactivate }: { license: License; mayDeactivate: boolean }) {
  const { activations, activationCount, activationsMax, product } = license;
  const [all, setAll] = useState(false);
  const shown = all ? activations : activations.slice(0, SHOWN_FIRST);
  return (
    <Card component="section" aria-label="Devices">
      <Group justify="space-between" mb={activations.length === 0 ? 0 : "xs"} gap="sm">
        <Title order={2} fz="h3">
          Devices
        </Title>
        <Box w={160}>
          <Text fz="sm" ta="right" className="tabular">
            <b>{formatNumber(activationCount)}</b>{" "}
            {activationsMax === null
              ? "in use, any number allowed"
              : `of ${formatNumber(activationsMax)} in use`}
          </Text>
          {activationsMax !== null && activationsMax > 0 && (
            <Progress
              value={(activationCount / activationsMax) * 100}
              size={5}
              mt={4}
              aria-label="Devices in use"
            />
          )}
        </Box>
      </Group>
      {activations.length === 0 ? (
        <EmptyState
          icon={IconDeviceDesktopPlus}
          title="No device yet"
          action={
            license.status !== "revoked" && (
              <LinkButton href={`/admin/products/${product.id}?tab=integrate`} variant="default">
                Show how an application activates
              </LinkButton>
            )
          }
        >
          {license.status === "revoked"
            ? "It was revoked before anybody used it."
            : `A device appears here once somebody enters this license's key in ${product.name}.`}
        </EmptyState>
      ) : (
        <Stack gap="sm">
          <ul className={classes.devices}>
            {shown.map((device) => (
              <DeviceRow key={device.id} device={device} license={license} mayDeactivate={mayDeactivate} />
            ))}
          </ul>
          {activations.length > SHOWN_FIRST && (
            <Button variant="subtle" size="xs" onClick={() => setAll(!all)} w="fit-content">
              {all ? "Show fewer" : `Show all ${formatNumber(activations.length)}`}
            </Button>
          )}
        </Stack>
      )}
    </Card>
  );
}

function DeviceRow({
  device,
  license,
  mayDeactivate,
}: {
  device: Device;
  license: License;
  mayDeactivate: boolean;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const deactivate = useMutation(
    trpc.license.deactivateDevice.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.license.pathFilter()),
    }),
  );
  const [asking, setAsking] = useState(false);
  const name = device.name || "Unnamed device";
  const about = [device.platform, device.appVersion && `version ${device.appVersion}`].filter(Boolean);

  async function confirmDeactivation() {
    setAsking(true);
    const which = { id: license.id, activationId: device.id };
    try {
      const query = trpc.license.deviceImpact.queryOptions(which);
      const impact = await queries.fetchQuery({ ...query, staleTime: 0 });
      confirmAction({
        title: `Deactivate ${name}?`,
        effects: deactivateEffects(license, impact),
        undo: "Entering the key on it again activates it anew.",
        confirm: "Deactivate device",
        danger: true,
        run: async () => {
          await deactivate.mutateAsync(which);
          toastDone(`${name} was deactivated.`);
        },
      });
    } catch (error) {
      toastFailed(error);
    } finally {
      setAsking(false);
    }
  }

  return (
    <li className={classes.device} data-gone={!device.active}>
      <span className={classes.glyph} aria-hidden>
        <IconDeviceDesktop size={19} stroke={1.7} />
      </span>
      <Box flex={1} miw={0}>
        <Text fz="sm" fw={600} className={classes.note}>
          {name}
        </Text>
        <Text fz="xs" c="dimmed" component="div">
          {about.length > 0 && `${about.join(" · ")} · `}
          {device.active ? (
            <>
              seen <RelativeTime at={device.lastSeenAt} />
            </>
          ) : (
            <>
              left <RelativeTime at={device.deactivatedAt ?? device.revokedAt ?? device.lastSeenAt} />
            </>
          )}
        </Text>
      </Box>
      {device.active ? (
        mayDeactivate && (
          <Button
            size="xs"
            variant="default"
            flex="none"
            onClick={confirmDeactivation}
            loading={asking}
            aria-label={`Deactivate ${name}`}
          >
            Deactivate
          </Button>
        )
      ) : (
        <StatusBadge status={device.revokedAt === null ? "deactivated" : "revoked"} />
      )}
    </li>
  );
}

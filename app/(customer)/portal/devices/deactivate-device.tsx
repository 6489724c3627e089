"use client";

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { confirmAction } from "../../../_components/confirm.tsx";
import { toastDone, toastFailed } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { deactivateEffects } from "./deactivate-effects.ts";
import type { Device } from "./device.ts";
import { useDeviceRefresh } from "./use-device-refresh.ts";

/** Frees a device's place, after saying in the numbers of this moment what that does. */
export function DeactivateDevice({ device }: { device: Device }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const refresh = useDeviceRefresh();
  const [asking, setAsking] = useState(false);
  const deactivate = useMutation(trpc.portal.device.deactivate.mutationOptions({ onSuccess: refresh }));
  const { id } = device;
  const name = device.name || "the unnamed device";

  async function ask() {
    setAsking(true);
    try {
      const query = trpc.portal.device.impact.queryOptions({ id });
      const impact = await queries.fetchQuery({ ...query, staleTime: 0 });
      confirmAction({
        title: `Deactivate ${name}?`,
        effects: deactivateEffects(impact),
        undo: "Entering the license key on it again activates it anew, while a place is free.",
        confirm: "Deactivate device",
        danger: true,
        run: async () => {
          await deactivate.mutateAsync({ id });
          toastDone(`${device.name || "The device"} was deactivated; its place is free.`);
        },
      });
    } catch (error) {
      toastFailed(error);
      await refresh();
    } finally {
      setAsking(false);
    }
  }

  return (
    <Button size="xs" variant="default" onClick={ask} loading={asking} aria-label={`Deactivate ${name}`}>
      Deactivate
    </Button>
  );
}

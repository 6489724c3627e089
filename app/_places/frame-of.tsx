"use client";

import { Button, Group, Modal, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Place } from "#server/auth/places.ts";
import { wayTo } from "#server/domain/places.ts";
import { onShownElsewhere } from "./shown-for.ts";

/** Tabs of one browser tell each other where their person is. */
const CHANNEL = "signet-places";

/**
 * Part of each frame: says whose the page shows, for its requests to say so too, and once the person is elsewhere by another
 * tab, asks where to go on. Until then the page does nothing, since the server refuses what it asks.
 */
export function FrameOf({ place, places }: { place: string; places: readonly Place[] }) {
  // A layout rendered anew must not pass old contents for another's.
  const [shown] = useState(place);
  const [elsewhere, setElsewhere] = useState<{ readonly at: string | undefined }>();

  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    const heard = (at: string | undefined) => {
      const isOfThisKind = at === undefined || at.slice(0, 4) === shown.slice(0, 4);
      if (at !== shown && isOfThisKind) setElsewhere({ at });
    };
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "string") heard(data);
    };
    channel.postMessage(shown);
    const forget = onShownElsewhere(heard);
    return () => {
      forget();
      channel.close();
    };
  }, [shown]);

  const here = places.find(({ id }) => id === shown);
  const there = places.find(({ id }) => id === elsewhere?.at);
  return (
    <div data-shown-for={shown} hidden>
      <Modal
        opened={elsewhere !== undefined || place !== shown}
        onClose={() => {}}
        zIndex={400}
        withCloseButton={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
        title="You went elsewhere in another tab"
      >
        <Text fz="sm" mb="md">
          This page shows {here === undefined ? "what you looked at before" : words(here)}, and you are
          {there === undefined ? " elsewhere" : ` at ${words(there)}`} by now. So that nothing is done for the
          wrong one, choose where to go on here.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => window.location.assign(backTo(shown))}>
            Back to {here?.name ?? "it"}
          </Button>
          <Button onClick={() => window.location.assign(shown.startsWith("cus_") ? "/portal" : "/admin")}>
            Go on {there === undefined ? "there" : `with ${there.name}`}
          </Button>
        </Group>
      </Modal>
    </div>
  );
}

function words({ kind, name, vendorName }: Place): string {
  return kind === "team" ? `the team of ${name}` : `${name} (licenses from ${vendorName})`;
}

function backTo(place: string): string {
  const { pathname, search } = window.location;
  return wayTo(place, pathname + search);
}

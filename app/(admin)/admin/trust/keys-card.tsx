"use client";

import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { KeyUse } from "#sdk/wire.ts";
import { confirmAction } from "../../../_components/confirm.tsx";
import { useNow } from "../../../_components/relative-time.tsx";
import { toastFailed } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { KeyRow } from "./key-row.tsx";
import classes from "./trust.module.css";
import { type Key, keysOf, USES } from "./trust.ts";
import { useTrustChanged } from "./use-trust-change.ts";

/** The working keys by what they sign. They move along by themselves; here it can be done sooner. */
export function KeysCard({ keys, mayRotate }: { keys: readonly Key[]; mayRotate: boolean }) {
  return (
    <Card component="section" aria-labelledby="keys-title">
      <Title order={2} fz="h3" id="keys-title">
        Working keys
      </Title>
      <Text fz="sm" c="dimmed" mb="md">
        They change in good time by themselves. Each is announced before it signs, and believed until the last
        token it signed has ended, so that nobody notices.
      </Text>
      <Stack gap="lg">
        {USES.map(({ use, title, signs }) => (
          <section key={use} aria-label={`${title} keys`} className={classes.use}>
            <Group justify="space-between" gap="xs" mb={6}>
              <Text fz="sm" fw={600}>
                {title}{" "}
                <Text span fz="sm" c="dimmed" fw={400}>
                  signs {signs}
                </Text>
              </Text>
              {mayRotate && <Next use={use} title={title} keys={keysOf(keys, use)} />}
            </Group>
            <Stack gap={6}>
              {keysOf(keys, use).map((key) => (
                <KeyRow key={key.kid} facts={key} title={title} mayRotate={mayRotate} />
              ))}
            </Stack>
          </section>
        ))}
      </Stack>
    </Card>
  );
}

/** The next step of a use's rotation. */
function Next({ use, title, keys }: { use: KeyUse; title: string; keys: readonly Key[] }) {
  const trpc = useTRPC();
  const changed = useTrustChanged();
  const now = useNow();
  const announce = useMutation(trpc.trust.announceKey.mutationOptions({ onError: toastFailed }));
  const activate = useMutation(trpc.trust.activateKey.mutationOptions());
  const announced = keys.find(({ status }) => status === "announced");
  const lower = title.toLowerCase();

  if (announced === undefined) {
    return (
      <Button
        size="xs"
        variant="default"
        loading={announce.isPending}
        onClick={async () => {
          const published = await announce.mutateAsync({ use }).catch(() => undefined);
          if (published !== undefined) await changed(`A new ${lower} key is announced.`, published);
        }}
      >
        Announce a new key
      </Button>
    );
  }

  const early = announced.signsFrom !== undefined && announced.signsFrom > now;
  function confirmActivate() {
    confirmAction({
      title: `Let the new ${lower} key sign?`,
      effects: [
        `It signs from now on; the one before it is believed until what it signed has ended.`,
        ...(early
          ? [
              "It was announced lately: an application that has not fetched a bundle since refuses what it signs until it does.",
            ]
          : []),
      ],
      confirm: early ? "Let it sign early" : "Let it sign",
      danger: early,
      run: async () => changed(`The new ${lower} key signs.`, await activate.mutateAsync({ use, early })),
    });
  }
  return (
    <Button size="xs" variant="default" onClick={confirmActivate}>
      Let the new key sign
    </Button>
  );
}

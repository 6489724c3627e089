"use client";

import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";
import { confirmAction } from "../_components/confirm.tsx";
import { countOf } from "../_components/format.ts";
import { RelativeTime } from "../_components/relative-time.tsx";
import { toastDone, toastFailed } from "../_components/toasts.tsx";
import { useTRPC } from "../_trpc/client.tsx";
import { browserWords } from "./browser-words.ts";

type Session = inferRouterOutputs<AppRouter>["account"]["security"]["sessions"][number];

/** The browsers that the person is signed in with, each of which they can sign out. */
export function SessionsCard({ sessions }: { sessions: readonly Session[] }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries(trpc.account.security.queryFilter());
  const end = useMutation(trpc.account.endSession.mutationOptions({ onSuccess, onError: toastFailed }));
  const endOthers = useMutation(trpc.account.endOtherSessions.mutationOptions({ onSuccess }));
  const others = sessions.filter(({ isCurrent }) => !isCurrent).length;

  function confirmEndOthers() {
    confirmAction({
      title: "Sign out everywhere else?",
      effects: [
        `Signs out ${countOf(others, "other browser")}, at its next click.`,
        "This one stays signed in.",
      ],
      undo: "They sign in there anew.",
      confirm: "Sign out the others",
      danger: true,
      run: async () => {
        const { ended } = await endOthers.mutateAsync();
        toastDone(`${countOf(ended, "browser was", "browsers were")} signed out.`);
      },
    });
  }

  return (
    <Card component="section" aria-labelledby="sessions-title">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ flex: "1 1 18rem" }}>
          <Title order={2} fz="h3" id="sessions-title">
            Where you are signed in
          </Title>
          <Text fz="sm" c="dimmed">
            A browser that is not used for a week is signed out by itself, every other after 30 days.
          </Text>
        </div>
        {others > 0 && (
          <Button variant="default" onClick={confirmEndOthers}>
            Sign out all others
          </Button>
        )}
      </Group>
      <Stack component="ul" gap="sm" mt="md" mb={0} p={0} style={{ listStyle: "none" }}>
        {sessions.map(({ id, isCurrent, createdAt, lastSeenAt, network, userAgent }) => (
          <Group key={id} component="li" justify="space-between" gap="sm">
            <div style={{ minWidth: 0 }}>
              <Group gap="xs">
                <Text fz="sm" fw={500}>
                  {browserWords(userAgent)}
                </Text>
                {isCurrent && <Badge color="gray">This browser</Badge>}
              </Group>
              <Text fz="xs" c="dimmed" component="div">
                {network !== "" && `${network} · `}
                {isCurrent ? (
                  "in use now"
                ) : (
                  <>
                    last used <RelativeTime at={lastSeenAt} />
                  </>
                )}
                {" · since "}
                <RelativeTime at={createdAt} />
              </Text>
            </div>
            {!isCurrent && (
              <Button
                size="xs"
                variant="default"
                onClick={() => end.mutate({ id })}
                loading={end.isPending && end.variables.id === id}
                aria-label={`Sign out ${browserWords(userAgent)}`}
              >
                Sign out
              </Button>
            )}
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

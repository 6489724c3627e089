"use client";

import { Badge, Button, Card, Code, Group, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { isScope } from "#server/domain/scopes.ts";
import { confirmAction } from "../../../_components/confirm.tsx";
import { relativeTime } from "../../../_components/relative-time.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../_components/status-badge.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { type ApiKey, stateOf } from "./api-key.ts";
import { RotateApiKey } from "./rotate-api-key.tsx";
import { SCOPE_WORDS } from "./scope-words.ts";

/** One key: what it may do, how lately it did, and what can be done about it. */
export function ApiKeyCard({ apiKey, now, mayWrite }: { apiKey: ApiKey; now: Date; mayWrite: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [rotating, { open, close }] = useDisclosure(false);
  const revoke = useMutation(
    trpc.apiKey.revoke.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.apiKey.list.queryFilter()),
    }),
  );
  const { id, name, hint, publicX, scopes, createdAt, lastUsedAt, expiresAt, revokedAt } = apiKey;
  const state = stateOf(apiKey, now);

  function confirmRevoke() {
    confirmAction({
      title: `Revoke ${name}?`,
      effects: [
        "From the next request on it opens nothing, on every server.",
        lastUsedAt === null ? "It was never used." : `It was last used ${relativeTime(lastUsedAt, now)}.`,
      ],
      undo: "This cannot be undone. To replace it without a gap, rotate it instead.",
      confirm: "Revoke key",
      danger: true,
      run: async () => {
        await revoke.mutateAsync({ id });
        toastDone(`${name} was revoked.`);
      },
    });
  }

  return (
    <Card component="section" id={id} aria-label={name}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            <StatusBadge status={state} />
          </Group>
          <Group gap="6px 14px" mt={4} fz="xs" c="dimmed">
            {publicX === null ? (
              <Code>{hint}</Code>
            ) : (
              <span>
                Signs requests with <Code>{`${publicX.slice(0, 8)}…`}</Code>
              </span>
            )}
            <span>
              {lastUsedAt === null ? (
                "Never used"
              ) : (
                <>
                  Last used <RelativeTime at={lastUsedAt} />
                </>
              )}
            </span>
            <span>
              Made <RelativeTime at={createdAt} />
            </span>
            {expiresAt !== null && state !== "revoked" && (
              <span>
                {state === "expired" ? "Ended" : "Ends"} <RelativeTime at={expiresAt} />
              </span>
            )}
            {revokedAt !== null && (
              <span>
                Revoked <RelativeTime at={revokedAt} />
              </span>
            )}
          </Group>
        </div>
        {mayWrite && state === "active" && (
          <Group gap="xs">
            {publicX === null && (
              <Button size="xs" variant="default" onClick={open}>
                Rotate
              </Button>
            )}
            <Button size="xs" variant="default" color="red" onClick={confirmRevoke}>
              Revoke
            </Button>
          </Group>
        )}
      </Group>
      <Group gap={6} mt="sm">
        {scopes.map((scope) => (
          <Tooltip key={scope} label={isScope(scope) ? SCOPE_WORDS[scope] : scope}>
            <Badge color="gray">{scope}</Badge>
          </Tooltip>
        ))}
      </Group>
      <RotateApiKey apiKey={apiKey} opened={rotating} close={close} />
    </Card>
  );
}

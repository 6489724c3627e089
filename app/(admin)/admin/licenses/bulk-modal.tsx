"use client";

import {
  Alert,
  Button,
  Group,
  List,
  Modal,
  NumberInput,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { BulkAction } from "#server/domain/bulk-change.ts";
import { describeFailure } from "../../../_components/failure.ts";
import { countOf, formatNumber } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { useNow } from "../../../_components/relative-time.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { ACTION_WORDS, bulkEffects } from "./bulk-words.ts";

type Chosen = { ids: string[] } | { filter: object };
const DAYS_DEFAULT = 365;

/** Tells in numbers what a change of many licenses will do, and begins it. */
export function BulkModal({
  action,
  close,
  licenses,
}: {
  /** Undefined: closed. */
  action: BulkAction | undefined;
  close: () => void;
  licenses: Chosen;
}) {
  return (
    <Modal
      opened={action !== undefined}
      onClose={close}
      title={action && `${ACTION_WORDS[action].verb} these licenses?`}
    >
      {action !== undefined && <BulkForm action={action} close={close} licenses={licenses} />}
    </Modal>
  );
}

function BulkForm({ action, close, licenses }: { action: BulkAction; close: () => void; licenses: Chosen }) {
  const trpc = useTRPC();
  const now = useNow();
  const [asked] = useState({ licenses, change: previewed(action) });
  const [reason, setReason] = useState("");
  const [days, setDays] = useState<number | string>(DAYS_DEFAULT);
  const [typed, setTyped] = useState("");
  const preview = useMutation(trpc.licenseBatch.preview.mutationOptions());
  const begin = useBegin();
  const { mutate: look } = preview;
  useEffect(() => look(asked), [look, asked]);

  const { verb } = ACTION_WORDS[action];
  const found = preview.data;
  const failure = begin.error ?? preview.error;
  // Far-reaching and final: the number is to be typed.
  const number = String(found?.applies ?? "");
  const blocked =
    found === undefined ||
    found.applies === 0 ||
    (action === "revoke" && typed.trim() !== number) ||
    (action === "renew" && (typeof days !== "number" || days < 1));

  return (
    <Stack gap="md">
      {found === undefined && failure === null && <Skeleton height={90} />}
      {found !== undefined && found.applies > 0 && (
        <List spacing={6} fz="sm">
          {bulkEffects(action, found, now).map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      )}
      {found !== undefined && found.refused.length > 0 && (
        <Alert color="copper" icon={<IconAlertTriangle size={18} />} title="Left as they are">
          <Stack gap={6}>
            {found.refused.map(({ reason: why, count, licenses: some }) => (
              <Text key={why} fz="sm">
                {countOf(count, "license")}: {why}{" "}
                {some.map(({ id, keyHint }, index) => (
                  <span key={id}>
                    {index > 0 && ", "}
                    <TextLink href={`/admin/licenses/${id}`} underline="always" fz="sm">
                      {keyHint}
                    </TextLink>
                  </span>
                ))}
                {count > some.length && ` and ${formatNumber(count - some.length)} more`}
              </Text>
            ))}
          </Stack>
        </Alert>
      )}
      {action === "renew" && (
        <NumberInput
          label="Days to add"
          min={1}
          max={36_500}
          allowDecimal={false}
          thousandSeparator=","
          value={days}
          onChange={setDays}
        />
      )}
      {"reason" in asked.change && (
        <TextInput
          label="Reason"
          description="Optional; kept in the audit log."
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {action === "revoke" && found !== undefined && found.applies > 0 && (
        <TextInput
          label={`Type ${number} to go on`}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {failure !== null && (
        <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
          <Stack gap="sm" align="flex-start">
            <Text fz="sm">{describeFailure(failure).message}</Text>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                begin.reset();
                look(asked);
              }}
            >
              Look again
            </Button>
          </Stack>
        </Alert>
      )}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={close} disabled={begin.isPending} data-autofocus>
          Cancel
        </Button>
        <Button
          {...(action === "suspend" || action === "revoke" ? { color: "red" } : {})}
          loading={begin.isPending}
          disabled={blocked}
          onClick={() =>
            found && begin.run(action, { licenses, seen: found.seen, reason, days: Number(days) })
          }
        >
          {found === undefined ? verb : `${verb} ${countOf(found.applies, "license")}`}
        </Button>
      </Group>
    </Stack>
  );
}

function previewed(action: BulkAction) {
  switch (action) {
    case "renew":
      return { action, days: DAYS_DEFAULT };
    case "move":
      return { action };
    default:
      return { action, reason: "" };
  }
}

/** Begins a change and goes to the page that does it step by step. A second click is the same change. */
function useBegin() {
  const trpc = useTRPC();
  const router = useRouter();
  const [requestId] = useState(() => crypto.randomUUID());
  const begun = { onSuccess: ({ id }: { id: string }) => router.push(`/admin/licenses/batches/${id}`) };
  const suspend = useMutation(trpc.licenseBatch.suspend.mutationOptions(begun));
  const reinstate = useMutation(trpc.licenseBatch.reinstate.mutationOptions(begun));
  const renew = useMutation(trpc.licenseBatch.renew.mutationOptions(begun));
  const move = useMutation(trpc.licenseBatch.move.mutationOptions(begun));
  const revoke = useMutation(trpc.licenseBatch.revoke.mutationOptions(begun));
  const all = [suspend, reinstate, renew, move, revoke];
  return {
    isPending: all.some(({ isPending, isSuccess }) => isPending || isSuccess),
    error: all.find(({ error }) => error !== null)?.error ?? null,
    reset() {
      for (const { reset } of all) reset();
    },
    run(
      action: BulkAction,
      { reason, days, ...of }: { licenses: Chosen; seen: string; reason: string; days: number },
    ) {
      const request = { ...of, requestId };
      switch (action) {
        case "suspend":
          return suspend.mutate({ ...request, change: { action, reason } });
        case "reinstate":
          return reinstate.mutate({ ...request, change: { action, reason } });
        case "renew":
          return renew.mutate({ ...request, change: { action, days } });
        case "move":
          return move.mutate({ ...request, change: { action } });
        case "revoke":
          return revoke.mutate({ ...request, change: { action, reason } });
      }
    },
  };
}

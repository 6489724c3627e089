"use client";

import {
  Button,
  Checkbox,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiScope, SCOPES } from "#server/domain/scopes.ts";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { ShownOnce } from "../../../_components/key-reveal.tsx";
import { useNow } from "../../../_components/relative-time.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { SCOPE_WORDS } from "./scope-words.ts";

interface Values extends Record<string, unknown> {
  name: string;
  scopes: ApiScope[];
  kind: "secret" | "signature";
  publicKey: string;
  days: string;
}

const INITIAL: Values = { name: "", scopes: ["usage:write"], kind: "secret", publicKey: "", days: "365" };
const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "never", label: "Until it is revoked" },
];
const DAY_MS = 86_400_000;

export function NewApiKey({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="New API key">
      <NewApiKeyForm close={close} />
    </Modal>
  );
}

function NewApiKeyForm({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const now = useNow();
  const [made, setMade] = useState<string>();
  const form = useForm<Values>({ initialValues: INITIAL });
  const refusal = useRefusal(form);
  const create = useMutation(
    trpc.apiKey.create.mutationOptions({
      onError: refusal.show,
      async onSuccess({ key }) {
        await queries.invalidateQueries(trpc.apiKey.list.queryFilter());
        if (key !== null) return setMade(key);
        toastDone(`${form.values.name} may sign requests from now on.`);
        close();
      },
    }),
  );

  if (made !== undefined) {
    return (
      <Stack gap="md">
        <ShownOnce
          label="API key"
          value={made}
          because="Copy it into your backend's secrets now: it cannot be shown again."
        />
        <Group justify="flex-end">
          <Button onClick={close}>Done</Button>
        </Group>
      </Stack>
    );
  }

  function submit({ name, scopes, kind, publicKey, days }: Values) {
    refusal.clear();
    create.mutate({
      name,
      scopes,
      publicKey: kind === "signature" ? publicKey.trim() : null,
      expiresAt: days === "never" ? null : new Date(now.getTime() + Number(days) * DAY_MS),
    });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <TextInput
          label="Name"
          description="What it is for, so that you know it again"
          placeholder="API gateway"
          data-autofocus
          {...form.getInputProps("name")}
        />
        <Checkbox.Group label="What it may do" {...form.getInputProps("scopes")}>
          <Stack gap={8} mt={6}>
            {SCOPES.map((scope) => (
              <Checkbox key={scope} value={scope} label={SCOPE_WORDS[scope]} description={scope} />
            ))}
          </Stack>
        </Checkbox.Group>
        <div>
          <Text fz="sm" fw={500} mb={4}>
            How it proves itself
          </Text>
          <SegmentedControl
            fullWidth
            data={[
              { value: "secret", label: "By a secret" },
              { value: "signature", label: "By signing requests" },
            ]}
            {...form.getInputProps("kind")}
          />
        </div>
        {form.values.kind === "signature" && (
          <TextInput
            label="Public key"
            description="The x of your backend's Ed25519 key as a JWK: 43 characters. Its private part never leaves your backend."
            spellCheck={false}
            {...form.getInputProps("publicKey")}
          />
        )}
        <Select
          label="How long it lasts"
          data={LIFETIMES}
          allowDeselect={false}
          {...form.getInputProps("days")}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Make key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

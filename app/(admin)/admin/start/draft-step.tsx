"use client";

import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { LinkButton } from "../../../_components/links.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { Sentence } from "../policies/_rules/sentence.tsx";
import type { Start } from "./start.ts";

/** What was drafted, in words; publishing it and issuing the first license is one press. */
export function DraftStep({ start, onIssued }: { start: Start; onIssued: (key: string) => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { customerName: "First customer" } });
  const refusal = useRefusal(form);
  const refresh = () => queries.invalidateQueries(trpc.start.pathFilter());
  const issue = useMutation(
    trpc.start.issue.mutationOptions({
      onError: refusal.show,
      onSuccess: async ({ key }) => {
        if (key !== null) onIssued(key);
        await refresh();
      },
    }),
  );
  const again = useMutation(
    trpc.start.chooseAgain.mutationOptions({ onError: refusal.show, onSuccess: refresh }),
  );
  const { product, policy } = start;

  return (
    <form
      onSubmit={form.onSubmit((values) => {
        refusal.clear();
        issue.mutate(values);
      })}
      noValidate
    >
      <Stack gap="md">
        <Sentence rules={policy.rules} catalog={product} size="md" />
        <Group gap="xs">
          <LinkButton href={`/admin/policies/${policy.id}`} variant="default" size="xs">
            Change the rules
          </LinkButton>
          <Button variant="subtle" size="xs" onClick={() => again.mutate()} loading={again.isPending}>
            Sell something else
          </Button>
        </Group>
        <TextInput
          label="Who gets the first license?"
          description="A customer of this name is made, unless there is one."
          maw={360}
          withAsterisk
          {...form.getInputProps("customerName")}
        />
        <FormFailure failure={refusal.failure} />
        <Group>
          <Button type="submit" loading={issue.isPending}>
            {policy.hasDraft ? "Publish and issue the first license" : "Issue the first license"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

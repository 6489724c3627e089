"use client";

import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type RuleChange, withChange } from "#server/domain/policy-suggestion.ts";
import { countOf } from "../../../../_components/format.ts";
import { toastDone, toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

/** What would have served customers better, by whom a policy turned away and how seats were held; nothing where that says nothing. */
export function Suggestions({
  id,
  title,
  mayWrite,
  blocked = false,
}: {
  id: string;
  title: string;
  mayWrite: boolean;
  /** Something is being typed that a draft made here would cross. */
  blocked?: boolean;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const advice = useQuery(trpc.policy.suggestions.queryOptions({ id }));
  const saveDraft = useMutation(trpc.policy.saveDraft.mutationOptions());
  const draft = useMutation({
    mutationFn: async function saveWith(change: RuleChange): Promise<void> {
      // As it is now, so that what a colleague saved meanwhile stays in the draft.
      const fresh = await queries.fetchQuery({ ...trpc.policy.get.queryOptions({ id }), staleTime: 0 });
      const rules = fresh.draft ?? fresh.versions[0]?.rules;
      if (rules === undefined) return;
      const basedOn = fresh.revision;
      const saved = await saveDraft.mutateAsync({ id, rules: withChange(rules, change), basedOn });
      if (saved.conflict !== null) await saveWith(change);
    },
    onSuccess: async () => {
      await queries.invalidateQueries(trpc.policy.pathFilter());
      toastDone("Draft saved. Nothing changes for customers until it is published.");
      router.push(`/admin/policies/${id}?tab=impact`);
    },
    onError: toastFailed,
  });

  if (advice.data === undefined) {
    return advice.error ? (
      <Text fz="sm" c="dimmed">
        What was refused could not be read, so there are no suggestions now.
      </Text>
    ) : null;
  }
  const { suggestions, unsettled, days, refused, licenses, cut } = advice.data;
  if (suggestions.length === 0 && unsettled.length === 0) return null;
  return (
    <Card component="section" aria-label={title} mb="md">
      <Title order={2} fz="h4" mb={4}>
        {title}
      </Title>
      <Text fz="sm" c="dimmed" mb="sm">
        From the last {days} days of {countOf(licenses, "license")}: {countOf(refused, "refusal")}
        {cut ? ", the newest of them," : ""} and how seats were held. What comes from the scenario lab says
        so.
      </Text>
      <Stack gap="sm">
        {suggestions.map(({ change, sentence }) => (
          <Group key={sentence} justify="space-between" gap="sm">
            <Text fz="sm" flex="1 1 16rem">
              {sentence}
            </Text>
            {mayWrite && (
              <Button
                variant="default"
                size="xs"
                disabled={blocked || draft.isPending}
                loading={draft.isPending && draft.variables === change}
                onClick={() => draft.mutate(change)}
              >
                Make a draft
              </Button>
            )}
          </Group>
        ))}
        {unsettled.map((sentence) => (
          <Text key={sentence} fz="sm" c="dimmed">
            {sentence} Nothing is suggested.
          </Text>
        ))}
        {blocked && mayWrite && suggestions.length > 0 && (
          <Text fz="sm" c="dimmed">
            Save or undo what you typed first.
          </Text>
        )}
      </Stack>
    </Card>
  );
}
